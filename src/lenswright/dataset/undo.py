"""An edit taken back, photo by photo; what changed since is left alone and said."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from lenswright.dataset.edits import begin_edit
from lenswright.dataset.example import SPLITS
from lenswright.dataset.later_batches import BROUGHT, later_batches
from lenswright.dataset.refusals import CannotUndo
from lenswright.dataset.reversal import REVERSIBLE, ChangedSince, Done, Standing, reverse
from lenswright.dataset.split_guard import SplitGuard
from lenswright.errors import NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow

CHUNK = 1_000  # entries in memory at once
MOST_SKIPPED = 1_000  # of those that are named
QUIET_S = 300.0  # an upload that stored nothing for so long was cut off

_STANDING = [getattr(PhotoRow, field.name) for field in fields(Standing)]
_DONE = [getattr(EditEntryRow, field.name) for field in fields(Done)]


@dataclass(frozen=True)
class Skipped:
    """A photo that is not as the edit left it, and in what."""

    photo_id: int
    reason: str


@dataclass(frozen=True)
class Target:
    """An edit, and what it did."""

    id: int
    action: str


@dataclass(frozen=True)
class Undone:
    """The edit that undid another, None if nothing stood any more as that one left it.

    `undid` is the edit of `task` that was taken back, and what it was. `skipped`: the first 1,000 of
    the `skipped_count` photos that changed since, or that a later batch brought, too.
    """

    task: str
    undid: Target
    edit: int | None
    changed: int
    skipped: list[Skipped]
    skipped_count: int


def undo(
    database: Database,
    edit_id: int,
    *,
    by: str,
    task: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Undone:
    """Take back an edit of `task`, None: any, in one transaction; an undo is an edit that can be undone.

    Holds 1,000 entries in memory. Raises NotFound, or CannotUndo for an edit that is undone already,
    that still goes on, or that forgot photos.
    """
    with database.writing() as session:
        now = clock()
        edit = _undoable(session, edit_id, task, now)
        undoing = begin_edit(
            session, edit.task, "undo", by=by, now=now, detail={"action": edit.action}, undoes=edit.id
        )
        undoing.ended_at = now
        session.flush()
        work = _Work(session, edit, undoing.id, now)
        for entries in _newest_first(session, edit.id):
            work.take_back(entries)
        done = Undone(
            edit.task,
            Target(edit.id, edit.action),
            undoing.id if work.changed else None,
            work.changed,
            work.skipped,
            work.skipped_count,
        )
        _link(session, edit_id, done, undoing.id, now)
        return done


class _Work:
    """The undoing of one edit: what it changed so far, and what it could not."""

    def __init__(self, session: Session, edit: EditRow, undoing: int, now: float) -> None:
        self._session, self._edit, self._undoing = session, edit, undoing
        self._guard: SplitGuard | None = None  # it reads how all look, which few undoings need
        self._edited_at, self._now = edit.at, now
        self.changed, self.skipped_count = 0, 0
        self.skipped: list[Skipped] = []

    def take_back(self, entries: Sequence[Done]) -> None:
        """Take back some entries."""
        query = select(*_STANDING).where(PhotoRow.id.in_({entry.photo_id for entry in entries}))
        photos = {row.id: Standing(*row) for row in self._session.execute(query)}
        if self._guard is None and any(_gives_split(entry) for entry in entries):
            self._guard = SplitGuard(self._session, self._edit.task)
        again = self._came_again(entries)
        noted = [
            row
            for entry in entries
            if (row := self._reversed(entry, photos.get(entry.photo_id), again.get(entry.photo_id)))
        ]
        if noted:
            changed = {row["photo_id"] for row in noted}
            self._session.execute(update(PhotoRow), [vars(photos[photo_id]) for photo_id in changed])
            self._session.execute(insert(EditEntryRow), noted)
        self.changed += len(noted)

    def _came_again(self, entries: Sequence[Done]) -> dict[int, int]:
        """Return the later batch of each photo that would go to the bin with this one."""
        if self._edit.action not in BROUGHT:
            return {}
        brought = {entry.photo_id for entry in entries if entry.outcome in ("stored", "restored")}
        return later_batches(self._session, self._edit.id, brought)

    def _reversed(self, entry: Done, photo: Standing | None, again: int | None) -> dict[str, Any] | None:
        before = replace(photo) if photo else None
        try:
            if again is not None and photo is not None and photo.deleted_at is None:
                raise ChangedSince(f"it came again with batch {again}")
            done = reverse(entry, photo, self._edited_at, self._now)
            self._check_leak(photo, before)
        except ChangedSince as exc:
            self.skipped_count += 1
            if len(self.skipped) < MOST_SKIPPED:
                self.skipped.append(Skipped(entry.photo_id, f"{str(exc)[:1].upper()}{str(exc)[1:]}."))
            return None
        after = photo.state if photo else done.before
        return {
            "edit_id": self._undoing,
            "photo_id": entry.photo_id,
            "outcome": done.outcome,
            "label_before": done.before.label,
            "label_after": after.label,
            "split_before": done.before.split,
            "split_after": after.split,
            "code": done.code,
            "reason": done.reason,
        }

    def _check_leak(self, photo: Standing | None, before: Standing | None) -> None:
        """Raise ChangedSince, the photo as `before`, if its likes are in another split than it got back."""
        if self._guard is None or photo is None or before is None:
            return
        other = self._guard.other_split(photo) if photo.split != before.split else None
        if other is None:
            self._guard.moved(photo, before.group_id)
            return
        given = photo.split
        vars(photo).update(vars(before))
        raise ChangedSince(f"photos that look like it are in the split {other} now, not {given}")


def _gives_split(entry: Done) -> bool:
    return entry.split_before in SPLITS and entry.split_before != entry.split_after


def _undoable(session: Session, edit_id: int, task: str | None, now: float) -> EditRow:
    edit = session.get(EditRow, edit_id) if 0 < edit_id <= LARGEST_ID else None
    if edit is None or task not in (None, edit.task):
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


def _newest_first(session: Session, edit_id: int) -> Iterator[list[Done]]:
    """Yield the entries of an edit that changed a photo: of several of one photo the last comes first."""
    query = select(EditEntryRow.id, *_DONE).where(
        EditEntryRow.edit_id == edit_id,
        EditEntryRow.photo_id.is_not(None),
        EditEntryRow.outcome.in_(REVERSIBLE),
    )
    query = query.order_by(EditEntryRow.id.desc()).limit(CHUNK)
    rows = session.execute(query).all()
    while rows:
        yield [Done(*row[1:]) for row in rows]
        rows = session.execute(query.where(EditEntryRow.id < rows[-1].id)).all()


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
