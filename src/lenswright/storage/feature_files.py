"""The files of the feature caches, which training fills and from which forgotten photos are erased.

A cache is a folder. `keys.bin` has 33 bytes a row: the SHA-256 of the pixels, and the view. `rows.f16`
has the embeddings, float16, and `row_bytes` says how long each is. The first two are only ever appended
to: erasing overwrites and changes no length, for a training process may append, or read, meanwhile.
"""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from lenswright.errors import StorageFailure

KEYS_FILE, ROWS_FILE, ROW_BYTES_FILE = "keys.bin", "rows.f16", "row_bytes"
KEY_BYTES = 33
ERASED = bytes(KEY_BYTES)  # the key of a row that is never found again: no picture hashes to zero


def view_key(pixel_sha256: str, view: int) -> bytes:
    """Return the 33-byte key of one view (0..255) of the photo with these pixels."""
    return bytes.fromhex(pixel_sha256) + bytes([view])


def note_row_bytes(folder: Path, row_bytes: int) -> None:
    """Let a cache say how long its rows are. Raises OSError."""
    file = folder / ROW_BYTES_FILE
    if not file.exists():
        unfinished = folder / f".{secrets.token_hex(4)}"
        with unfinished.open("w") as stream:
            stream.write(str(row_bytes))
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)


class FeatureFiles:
    """All caches under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def pictures(self) -> set[str]:
        """Return the pixel_sha256 of every picture that a cache has a row of. Raises StorageFailure."""
        with _refusals("The feature caches could not be read"):
            return {key[:-1].hex() for folder in self._folders() for key in _keys(folder) if key != ERASED}

    def erase(self, pixel_sha256s: Collection[str]) -> None:
        """Erase every row of these pictures, and end what a crash left half erased. Raises StorageFailure.

        A key goes before its row, so that a picture that comes again never finds a row of zeros.
        """
        gone = {bytes.fromhex(pixels) for pixels in pixel_sha256s}
        with _refusals("The features of forgotten photos could not be erased"):
            for folder in self._folders():
                _erase(folder, gone)

    def _folders(self) -> list[Path]:
        return sorted(file.parent for file in self._root.glob(f"*/{KEYS_FILE}"))


def _erase(folder: Path, gone: set[bytes]) -> None:
    keys = list(_keys(folder))
    found = [row for row, key in enumerate(keys) if key[:-1] in gone]
    erased = found + [row for row, key in enumerate(keys) if key == ERASED]
    if not erased:
        return
    if not (folder / ROW_BYTES_FILE).exists():  # of an older version, so nobody has it open
        shutil.rmtree(folder)
        return
    row_bytes = int((folder / ROW_BYTES_FILE).read_text())
    complete = (folder / ROWS_FILE).stat().st_size // row_bytes
    _overwrite(folder / KEYS_FILE, [row for row in found if row < complete], KEY_BYTES)
    _overwrite(folder / ROWS_FILE, [row for row in erased if row < complete], row_bytes)


def _keys(folder: Path) -> Iterator[bytes]:
    data = (folder / KEYS_FILE).read_bytes()
    return (data[at : at + KEY_BYTES] for at in range(0, len(data) - KEY_BYTES + 1, KEY_BYTES))


def _overwrite(file: Path, rows: list[int], row_bytes: int) -> None:
    """Fill rows with zeros, on disk when this returns; those that are zero already cost no write."""
    zeros = bytes(row_bytes)
    with file.open("r+b", buffering=0) as stream:
        dirty = [row for row in rows if os.pread(stream.fileno(), row_bytes, row * row_bytes) != zeros]
        for row in dirty:
            os.pwrite(stream.fileno(), zeros, row * row_bytes)
        if dirty:
            os.fsync(stream.fileno())


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StorageFailure(f"{what}: {exc.strerror or exc}.") from exc
