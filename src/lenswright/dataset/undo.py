"""An edit taken back, photo by photo; what changed since is left alone and said."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, load_only

from lenswright.dataset.edits import Noted, begin_edit, state_of
from lenswright.dataset.reversal import REVERSIBLE, ChangedSince, reverse
from lenswright.dataset.selection import LARGEST_ID
from lenswright.errors import CannotUndo, NotFound
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow

CHUNK = 1_000  # entries in memory at once
MOST_SKIPPED = 1_000  # of those that are named
QUIET_S = 300.0  # an upload that stored nothing for so long was cut off

_READ = (
    PhotoRow.label,
    PhotoRow.split,
    PhotoRow.group_id,
    PhotoRow.filename,
    PhotoRow.labelled_at,
    PhotoRow.confirmed_at,
    PhotoRow.deleted_at,
    PhotoRow.forgotten_at,
)


@dataclass(frozen=True)
class Skipped:
    """A photo that is not as the edit left it, and in what."""

    photo_id: int
    reason: str


@dataclass(frozen=True)
class Undone:
    """The edit that undid another, None if nothing stood any more as that one left it.

    `skipped`: the first 1,000 of the `skipped_count` photos that changed since.
    """

    edit: int | None
    changed: int
    skipped: list[Skipped]
    skipped_count: int


def undo(database: Database, edit_id: int, *, by: str, clock: Callable[[], float] = time.time) -> Undone:
    """Take back an edit of any task in one transaction; an undo is an edit, and can be undone itself.

    Holds 1,000 entries in memory. Raises NotFound, or CannotUndo for an edit that is undone already,
    that still goes on, or that forgot photos.
    """
    with database.writing() as session:
        now = clock()
        edit = _undoable(session, edit_id, now)
        undoing = begin_edit(
            session, edit.task, "undo", by=by, now=now, detail={"action": edit.action}, undoes=edit.id
        )
        undoing.ended_at = now
        session.flush()
        work = _Work(session, undoing.id, edit.at, now)
        for entries in _newest_first(session, edit.id):
            work.take_back(entries)
        done = Undone(undoing.id if work.changed else None, work.changed, work.skipped, work.skipped_count)
        _link(session, edit_id, done, undoing.id, now)
        return done


class _Work:
    """The undoing of one edit: what it changed so far, and what it could not."""

    def __init__(self, session: Session, undoing: int, edited_at: float, now: float) -> None:
        self._session, self._undoing = session, undoing
        self._edited_at, self._now = edited_at, now
        self.changed, self.skipped_count = 0, 0
        self.skipped: list[Skipped] = []

    def take_back(self, entries: Sequence[EditEntryRow]) -> None:
        """Take back some entries; nothing of them stays in memory."""
        ids = {entry.photo_id for entry in entries}
        query = select(PhotoRow).where(PhotoRow.id.in_(ids)).options(load_only(*_READ))
        photos = {row.id: row for row in self._session.scalars(query)}
        noted = [row for entry in entries if (row := self._reversed(entry, photos))]
        self._session.flush()
        if noted:
            self._session.execute(insert(EditEntryRow), noted)
        self.changed += len(noted)
        self._session.expunge_all()

    def _reversed(self, entry: EditEntryRow, photos: dict[int, PhotoRow]) -> dict[str, Any] | None:
        photo_id = int(entry.photo_id or 0)
        try:
            done = reverse(entry, photos.get(photo_id), self._edited_at, self._now)
        except ChangedSince as exc:
            self.skipped_count += 1
            if len(self.skipped) < MOST_SKIPPED:
                self.skipped.append(Skipped(photo_id, f"{str(exc)[:1].upper()}{str(exc)[1:]}."))
            return None
        return _entry(self._undoing, done)


def _undoable(session: Session, edit_id: int, now: float) -> EditRow:
    edit = session.get(EditRow, edit_id) if 0 < edit_id <= LARGEST_ID else None
    if edit is None:
        raise NotFound("edit", edit_id)
    if edit.action == "forget":
        raise CannotUndo(edit_id, "nothing is left of the photos that it made forgotten")
    if edit.undone_by is not None:
        raise CannotUndo(edit_id, f"edit {edit.undone_by} has undone it already")
    if edit.ended_at is None:
        newest = session.scalar(select(func.max(PhotoRow.uploaded_at)).where(PhotoRow.edit_id == edit_id))
        if now - max(newest or 0.0, edit.at) < QUIET_S:
            raise CannotUndo(edit_id, "it still goes on, or was cut off a moment ago")
    return edit


def _newest_first(session: Session, edit_id: int) -> Iterator[Sequence[EditEntryRow]]:
    """Yield the entries of an edit that changed a photo: of several of one photo the last comes first."""
    query = select(EditEntryRow).where(
        EditEntryRow.edit_id == edit_id,
        EditEntryRow.photo_id.is_not(None),
        EditEntryRow.outcome.in_(REVERSIBLE),
    )
    query = query.order_by(EditEntryRow.id.desc()).limit(CHUNK)
    entries = session.scalars(query).all()
    while entries:
        oldest = entries[-1].id
        yield entries
        entries = session.scalars(query.where(EditEntryRow.id < oldest)).all()


def _link(session: Session, edit_id: int, done: Undone, undoing: int, now: float) -> None:
    """Let the edits name one another; what an undone undo had undone stands again."""
    if done.edit is None:
        session.delete(session.get_one(EditRow, undoing))
        return
    edit = session.get_one(EditRow, edit_id)
    edit.undone_by, edit.ended_at = done.edit, edit.ended_at or now
    if edit.undoes is not None:
        again = (EditRow.id == edit.undoes) & (EditRow.undone_by == edit_id)
        session.execute(update(EditRow).where(again).values(undone_by=None))


def _entry(edit_id: int, done: Noted) -> dict[str, Any]:
    after = state_of(done.photo)
    return {
        "edit_id": edit_id,
        "photo_id": done.photo.id,
        "filename": done.photo.filename,
        "outcome": done.outcome,
        "label_before": done.before.label,
        "label_after": after.label,
        "split_before": done.before.split,
        "split_after": after.split,
        "code": done.code,
        "reason": done.reason,
    }
