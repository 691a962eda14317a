"""Photos that look alike: a 64-bit difference hash each, and which of a task's photos are near.

A hash says for each of 8 x 8 places whether the photo is brighter there than to the right; scaling,
recompression and slight changes of colour flip few of its bits.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.imaging.decode import RGB
from lenswright.storage.tables import PhotoRow

NEAR_BITS = 4
FIRST_ROOM = 1024


def pixel_hash(rgb: RGB) -> str:
    """Return sha256 hex of the upright pixels (H, W, 3) and their shape: equal for equal pictures."""
    digest = hashlib.sha256(repr(rgb.shape).encode())
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()


def difference_hash(rgb: RGB) -> int:
    """Return the 64-bit difference hash of `rgb` (H, W, 3), as a signed integer for the database."""
    small = Image.fromarray(rgb).convert("L").resize((9, 8), Image.Resampling.BILINEAR)
    gray = np.asarray(small)  # (8, 9): soft edges, or a copy of another size would differ
    brighter = gray[:, :-1] > gray[:, 1:]  # (8, 9) -> (8, 8)
    return int.from_bytes(np.packbits(brighter).tobytes(), "big", signed=True)


@dataclass(frozen=True)
class Neighbours:
    """What is known to look like a photo: `group_id` of the nearest, and all groups that are near."""

    group_id: int | None
    groups: frozenset[int]


class DuplicateIndex:
    """The hashes of one task in memory; `refresh` reads only what is new, so instances agree."""

    def __init__(self, task: str) -> None:
        self._task = task
        self.clear()

    def clear(self) -> None:
        """Forget everything: what was added may not have been committed."""
        self._size, self._last_id = 0, 0
        self._hashes: NDArray[np.uint64] = np.empty(FIRST_ROOM, np.uint64)
        self._groups: NDArray[np.int64] = np.empty(FIRST_ROOM, np.int64)

    def refresh(self, session: Session) -> None:
        """Read the photos that were committed since, in a transaction that keeps other writers out."""
        query = select(PhotoRow.id, PhotoRow.dhash, PhotoRow.group_id).where(
            PhotoRow.task == self._task, PhotoRow.id > self._last_id
        )
        for photo_id, dhash, group_id in session.execute(query.order_by(PhotoRow.id)):
            self.add(photo_id, dhash, photo_id if group_id is None else group_id)

    def add(self, photo_id: int, dhash: int, group_id: int) -> None:
        """Add one photo."""
        if self._size == len(self._hashes):
            self._hashes = np.resize(self._hashes, 2 * self._size)
            self._groups = np.resize(self._groups, 2 * self._size)
        self._hashes[self._size] = _unsigned(dhash)
        self._groups[self._size] = group_id
        self._size, self._last_id = self._size + 1, photo_id

    def neighbours(self, dhash: int) -> Neighbours:
        """Return what is within 4 bits of `dhash`; of several nearest the oldest counts."""
        bits = np.bitwise_count(self._hashes[: self._size] ^ _unsigned(dhash))  # (N,)
        near = np.flatnonzero(bits <= NEAR_BITS)
        if not near.size:
            return Neighbours(None, frozenset())
        groups = self._groups[near]
        return Neighbours(int(groups[np.argmin(bits[near])]), frozenset(np.unique(groups).tolist()))


def _unsigned(dhash: int) -> np.uint64:
    return np.uint64(dhash & 0xFFFF_FFFF_FFFF_FFFF)
