"""Small real disks to be filled and write-protected; skipped, with the reason, where none can be mounted."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Lend a file system of `size` at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount_or_skip("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def write_protected(*folders: Path) -> Iterator[None]:
    """Let nothing be written in `folders`, as on a disk that the system has made read-only after errors."""
    for folder in folders:
        _mount_or_skip("--bind", str(folder), str(folder))
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
    yield
    for folder in folders:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write a file that takes all the room there is; return it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    os.sync()
    return ballast


def _mount_or_skip(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False, text=True)
    except OSError as exc:
        pytest.skip(f"no file system can be mounted here: {exc}")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
