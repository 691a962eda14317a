"""Blobs in a local folder, each whole or absent, and on disk before `write` returns.

A file is written under `.incoming/`, synced, renamed to its place, and its folder synced: neither
kill -9 nor a power cut leaves half a blob, or loses one that was acknowledged.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

INCOMING = ".incoming"
ABANDONED_S = 3600.0  # older unfinished files were left by a process that died
AT_ONCE = 8  # syncs in flight: the disk gathers them into fewer flushes

Item = TypeVar("Item")


class BlobFolder:
    """The files under `root`, which is made at the first write."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)

    def write(self, blobs: Mapping[str, bytes]) -> None:
        """Write all; on an error the finished ones stay, no unfinished file does. Raises OSError."""
        if not (self._root / INCOMING).is_dir():
            self._make_folder(self._root / INCOMING)
        self._drop_abandoned()
        folders = {(self._root / key).parent for key in blobs}
        for folder in sorted(folders):
            self._make_folder(folder)
        _for_each(lambda item: self._place(*item), blobs.items())
        _for_each(_sync_folder, folders)

    def read(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def exists(self, key: str) -> bool:
        return (self._root / key).is_file()

    def modified_at(self, key: str) -> float:
        return (self._root / key).stat().st_mtime

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = Path(folder).relative_to(self._root)
            yield from ((here / name).as_posix() for name in files if not name.startswith("."))

    def _place(self, key: str, data: bytes) -> None:
        unfinished = self._root / INCOMING / secrets.token_hex(8)
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._root / key)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        """Make `folder` and its parents, each name synced into its parent."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)

    def _drop_abandoned(self) -> None:
        for file in (self._root / INCOMING).iterdir():
            with suppress(FileNotFoundError):  # another writer has just finished it
                if time.time() - file.stat().st_mtime > ABANDONED_S:
                    file.unlink()


def _for_each(work: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Do `work` on every item, several at once; raise the first error when all have ended."""
    todo = list(items)
    if len(todo) == 1:
        work(todo[0])
        return
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="blobs") as pool:
        list(pool.map(work, todo))


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
