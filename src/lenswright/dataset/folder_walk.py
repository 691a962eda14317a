"""The files under a folder by name, in a stable order; nothing is opened, and no link is followed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lenswright.dataset.archive import CLUTTER

LISTS = ".csv"


@dataclass(frozen=True)
class Found:
    """`files` and `lists` (CSVs) are relative names with slashes, folder by folder, each in order.

    `links` and `special` (pipes, devices) were passed by; `closed` are folders that cannot be listed.
    Clutter such as `.DS_Store`, `Thumbs.db` and whatever is hidden is not even counted.
    """

    files: tuple[str, ...]
    lists: tuple[str, ...]
    links: int
    special: int
    closed: tuple[str, ...]


def walk(root: Path) -> Found:
    """Return what is in `root` and all folders below it."""
    files: list[str] = []
    closed: list[str] = []
    links = special = 0
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(_entries(root, folder), key=lambda entry: entry.name)
        except OSError as exc:
            closed.append(f"{folder or root}: {exc.strerror or exc}")
            continue
        below = []
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                links += 1
            elif entry.is_dir(follow_symlinks=False):
                below.append(name)
            elif entry.is_file(follow_symlinks=False):
                files.append(name)
            else:
                special += 1
        folders += reversed(below)
    lists = [name for name in files if name.casefold().endswith(LISTS)]
    listed = set(lists)
    return Found(
        tuple(name for name in files if name not in listed), tuple(lists), links, special, tuple(closed)
    )


def _entries(root: Path, folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(root / folder) as entries:
        yield from (entry for entry in entries if not _is_clutter(entry.name))


def _is_clutter(name: str) -> bool:
    return name.startswith(".") or name.casefold() in CLUTTER
