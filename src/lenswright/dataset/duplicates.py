"""Which photos of a task are near-duplicates of one another, by how they look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.looks import COLOURS_BYTES, Look
from lenswright.storage.dataset_tables import EditRow, PhotoRow

NEAR_BITS = 4  # copies differ by 0 to 4 bits of the hash
NEAR_LEVELS = 32  # and by up to 31 of 255 levels anywhere in 6 x 6 pixels; other photos by 66 and more
FIRST_ROOM = 1024
CHANGING = ("regroup", "undo", "forget")  # edits that change what an index has read before


@dataclass(frozen=True)
class Neighbours:
    """What is known to look like a photo: `group_id` of the nearest, and all groups that are near."""

    group_id: int | None
    groups: frozenset[int]


class DuplicateIndex:
    """The looks of one task in memory; `refresh` reads only what is new, so instances agree."""

    def __init__(self, task: str) -> None:
        self._task = task
        self.clear()

    def clear(self) -> None:
        """Forget everything: what was added may not have been committed."""
        self._size, self._last_id, self._last_change = 0, 0, 0
        self._hashes: NDArray[np.uint64] = np.empty(FIRST_ROOM, np.uint64)
        self._groups: NDArray[np.int64] = np.empty(FIRST_ROOM, np.int64)
        self._colours: NDArray[np.uint8] = np.empty((FIRST_ROOM, COLOURS_BYTES), np.uint8)
        self._colourless: NDArray[np.bool_] = np.empty(FIRST_ROOM, np.bool_)

    def refresh(self, session: Session) -> None:
        """Read the photos that were committed since, in a transaction that keeps other writers out.

        All are read again after an edit that gave known ones another group.
        """
        changes = select(func.max(EditRow.id)).where(
            EditRow.task == self._task, EditRow.id > self._last_change, EditRow.action.in_(CHANGING)
        )
        changed = session.scalar(changes)
        if changed is not None:
            self.clear()
            self._last_change = changed
        query = select(PhotoRow.id, PhotoRow.dhash, PhotoRow.colours, PhotoRow.group_id).where(
            PhotoRow.task == self._task, PhotoRow.id > self._last_id, PhotoRow.forgotten_at.is_(None)
        )
        for photo_id, dhash, colours, group_id in session.execute(query.order_by(PhotoRow.id)):
            self.add(photo_id, Look(dhash, colours), photo_id if group_id is None else group_id)

    def add(self, photo_id: int, look: Look, group_id: int) -> None:
        """Add one photo."""
        if self._size == len(self._hashes):
            self._make_room(2 * self._size)
        place = self._size
        self._hashes[place] = _unsigned(look.dhash)
        self._groups[place] = group_id
        self._colours[place] = _colours(look)
        self._colourless[place] = look.colours is None
        self._size, self._last_id = place + 1, photo_id

    def neighbours(self, look: Look) -> Neighbours:
        """Return what looks like `look`; of several nearest the oldest counts."""
        bits = np.bitwise_count(self._hashes[: self._size] ^ _unsigned(look.dhash))  # (N,)
        near = np.flatnonzero(bits <= NEAR_BITS)
        if look.colours is not None and near.size:
            levels = np.abs(self._colours[near].astype(np.int16) - _colours(look)).max(axis=1)  # (n, 108)
            near = near[(levels <= NEAR_LEVELS) | self._colourless[near]]
        if not near.size:
            return Neighbours(None, frozenset())
        groups = self._groups[near]
        return Neighbours(int(groups[np.argmin(bits[near])]), frozenset(np.unique(groups).tolist()))

    def _make_room(self, room: int) -> None:
        self._hashes = np.resize(self._hashes, room)
        self._groups = np.resize(self._groups, room)
        self._colours = np.resize(self._colours, (room, COLOURS_BYTES))
        self._colourless = np.resize(self._colourless, room)


def _unsigned(dhash: int) -> np.uint64:
    return np.uint64(dhash & 0xFFFF_FFFF_FFFF_FFFF)


def _colours(look: Look) -> NDArray[np.uint8]:
    return np.frombuffer(look.colours or bytes(COLOURS_BYTES), np.uint8)
