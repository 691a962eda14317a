"""Embeddings on disk by photo content, so that a retrain only computes what is new.

One folder per backbone and input, with the files that `storage.feature_files` describes. A row counts
once both its parts are complete, so a killed process loses at most the rows of its last append.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import StorageFailure
from lenswright.storage.feature_files import KEY_BYTES, KEYS_FILE, ROWS_FILE, note_row_bytes

_ROW_DTYPE = np.dtype(np.float16)


class FeatureCache:
    """Rows float16 (D,) by key; read from a memory map, so its size is bounded by the disk only."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Open or create the cache in `folder`; drops a torn last row. Raises StorageFailure."""
        self._keys_file, self._rows_file = folder / KEYS_FILE, folder / ROWS_FILE
        self._dimension = dimension
        self._row_bytes = dimension * _ROW_DTYPE.itemsize
        try:
            folder.mkdir(parents=True, exist_ok=True)
            note_row_bytes(folder, self._row_bytes)
            self._repair()
            keys = self._keys_file.read_bytes()
        except OSError as exc:
            raise StorageFailure(f"The feature cache in {folder} cannot be used: {exc}.") from exc
        self._row_of = {keys[at : at + KEY_BYTES]: at // KEY_BYTES for at in range(0, len(keys), KEY_BYTES)}
        self._count = len(keys) // KEY_BYTES

    def _repair(self) -> None:
        for file in (self._keys_file, self._rows_file):
            file.touch()
        complete = min(
            self._keys_file.stat().st_size // KEY_BYTES, self._rows_file.stat().st_size // self._row_bytes
        )
        for file, row_bytes in ((self._keys_file, KEY_BYTES), (self._rows_file, self._row_bytes)):
            with file.open("r+b") as stream:
                stream.truncate(complete * row_bytes)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: bytes) -> bool:
        return key in self._row_of

    def append(self, keys: Sequence[bytes], embeddings: NDArray[np.float32]) -> None:
        """Add rows (N, D) for N new keys. Raises StorageFailure if the disk refuses."""
        rows = np.ascontiguousarray(embeddings, dtype=_ROW_DTYPE)
        if rows.shape != (len(keys), self._dimension):
            raise ValueError(f"Expected rows {(len(keys), self._dimension)}. Received: {rows.shape}.")
        try:
            with self._rows_file.open("ab") as stream:
                stream.write(rows.tobytes())
            with self._keys_file.open("ab") as stream:
                stream.write(b"".join(keys))
        except OSError as exc:
            raise StorageFailure(f"The feature cache cannot grow: {exc}.") from exc
        for key in keys:
            self._row_of[key] = self._count
            self._count += 1

    def rows(self, keys: Iterable[bytes]) -> "CachedRows":
        """Return the rows of `keys` in their order, still on disk. Raises KeyError for an absent one."""
        numbers = np.fromiter((self._row_of[key] for key in keys), dtype=np.int64)
        if not self._count:
            return CachedRows(np.empty((0, self._dimension), _ROW_DTYPE), numbers)
        stored = np.memmap(self._rows_file, _ROW_DTYPE, "r", shape=(self._count, self._dimension))
        return CachedRows(stored, numbers)


@dataclass(frozen=True)
class CachedRows:
    """N of the rows of a cache: indexed by int64 (n,) they are read as float32 (n, D)."""

    stored: NDArray[np.float16]
    numbers: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.numbers), self.stored.shape[1]

    def __getitem__(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.stored[self.numbers[index]].astype(np.float32)
