"""Photos of one task into another, within one writing transaction: rows are copied, bytes are shared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edits import LABEL_CONFLICT, keeps_label
from lenswright.dataset.fused_splits import FusedSplits
from lenswright.dataset.looks import Look
from lenswright.storage.dataset_tables import EditEntryRow, PhotoRow

_OF_THE_TASK = {
    "id", "task", "label", "split", "group_id", "source", "uploaded_at", "labelled_at", "edit_id",
    "confirmed_at", "deleted_at", "forgotten_at",
}  # fmt: skip
COPIED = [column.name for column in PhotoRow.__table__.columns if column.name not in _OF_THE_TASK]
Record = dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """A photo on its way: `row` as its own task has it, its new `label` and `source`.

    `kept` is the split of its whole kind, None where it is split by photo. `groups` are the groups of the
    new task that its near-duplicates went to; what it joins is added to them.
    """

    row: Row[Any]
    label: str
    source: str
    kept: str | None = None
    groups: set[int] = field(default_factory=set)


class FusedPhotos:
    """Enters photos into `task` as part of the edit `edit_id`; `now` in epoch seconds."""

    def __init__(
        self, session: Session, task: str, index: DuplicateIndex, *, edit_id: int, now: float
    ) -> None:
        self._session, self._task, self._index = session, task, index
        self._edit_id, self._now = edit_id, now
        self._splits = FusedSplits(session, task)
        self._changes: list[Record] = []

    def enter_all(self, photos: Sequence[Incoming]) -> list[Record]:
        """Return the entry of each photo, as it was written down."""
        known = self._known(photos)
        fresh = [photo for photo in photos if photo.row.pixel_sha256 not in known]
        ids = self._insert(fresh)
        entries = []
        for photo in photos:
            pixels = photo.row.pixel_sha256
            new = pixels in ids
            entries.append(self._stored(photo, ids[pixels]) if new else self._met(photo, known[pixels]))
        if self._changes:
            self._session.execute(update(PhotoRow), self._changes)
            self._changes = []
        if entries:
            self._session.execute(insert(EditEntryRow), entries)
        return entries

    def _known(self, photos: Sequence[Incoming]) -> dict[str, PhotoRow]:
        pixels = [photo.row.pixel_sha256 for photo in photos]
        query = select(PhotoRow).where(PhotoRow.task == self._task, PhotoRow.pixel_sha256.in_(pixels))
        return {row.pixel_sha256: row for row in self._session.scalars(query)}

    def _insert(self, photos: Sequence[Incoming]) -> dict[str, int]:
        """Return by pixels the ids of new rows, which have their label but neither group nor split yet."""
        if not photos:
            return {}
        statement = insert(PhotoRow).returning(PhotoRow.pixel_sha256, PhotoRow.id)
        rows = self._session.execute(statement, [self._record(photo) for photo in photos])
        return {row.pixel_sha256: row.id for row in rows}

    def _record(self, photo: Incoming) -> Record:
        own = photo.row._mapping
        return {name: own[name] for name in COPIED} | {
            "task": self._task,
            "label": photo.label,
            "source": photo.source,
            "uploaded_at": self._now,
            "labelled_at": self._now,
            "edit_id": self._edit_id,
        }

    def _stored(self, photo: Incoming, photo_id: int) -> Record:
        look = Look(photo.row.dhash, photo.row.colours)
        near = self._index.neighbours(look)
        groups = near.groups | photo.groups
        group_id = near.group_id or min(photo.groups, default=photo_id)
        split = self._splits.place(photo.label, group_id, groups, kept=photo.kept)
        photo.groups.add(group_id)
        self._index.add(photo_id, look, group_id)
        self._changes.append({"id": photo_id, "group_id": group_id, "split": split})
        return self._entry(photo, "stored", photo_id, after=(photo.label, split))

    def _met(self, photo: Incoming, row: PhotoRow) -> Record:
        """Return the entry of a photo that the task has: it comes out of the bin, and keeps its label."""
        before, outcome = (row.label, row.split), "duplicate"
        if row.label is None:
            outcome, row.label, row.labelled_at = "labelled", photo.label, self._now
            row.split = row.split or self._split_of_known(photo, row)
        if row.deleted_at is not None:
            outcome, row.deleted_at = "restored", None
        entry = self._entry(photo, outcome, row.id, before, (row.label, row.split))
        if row.label == photo.label:
            return entry
        reason = keeps_label(row, photo.label)
        return entry | {"label_after": photo.label, "code": LABEL_CONFLICT, "reason": reason}

    def _split_of_known(self, photo: Incoming, row: PhotoRow) -> str:
        own = row.id if row.group_id is None else row.group_id
        near = self._index.neighbours(Look(row.dhash, row.colours)).groups | photo.groups | {own}
        return self._splits.place(photo.label, own, near, kept=photo.kept)

    def _entry(
        self,
        photo: Incoming,
        outcome: str,
        photo_id: int,
        before: tuple[str | None, str | None] = (None, None),
        after: tuple[str | None, str | None] = (None, None),
    ) -> Record:
        return {
            "edit_id": self._edit_id,
            "photo_id": photo_id,
            "filename": photo.row.filename,
            "outcome": outcome,
            "label_before": before[0],
            "label_after": after[0],
            "split_before": before[1],
            "split_after": after[1],
            "code": None,
            "reason": None,
        }
