"""Photos that are to be gone for good: rows become tombstones first, then what they named is removed.

So there is no way back once the tombstone is committed; what a crash or a disk that refuses leaves
behind is removed by the sweep.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.edits import Change, record
from lenswright.dataset.leftovers import Leftovers, Trace
from lenswright.dataset.other_copies import Copy, other_copies
from lenswright.dataset.selection import distinct_rows
from lenswright.dataset.tombstones import entomb
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

BIN = "bin"  # who forgets what has lain there for too long
AT_ONCE = 500  # photos of one transaction
DAY_S = 86_400
MOST_KEPT_FOR = 100  # copies elsewhere that are named

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaskEdit:
    """The edit that forgot `changed` photos of one task."""

    task: str
    edit: int | None
    changed: int


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten: `edits` are one a task, the first that of the task that was asked for.

    `photos`: the ids of all of them. `kept_for`: the first 100 of the other photos, in whatever task,
    that are the same picture, whose bytes are there still.
    """

    edits: tuple[TaskEdit, ...]
    photos: tuple[int, ...]
    kept_for: tuple[Copy, ...]

    @property
    def edit(self) -> int | None:
        return self.edits[0].edit

    @property
    def changed(self) -> int:
        """How many photos there were, of all tasks."""
        return len(self.photos)


@dataclass(frozen=True)
class Forgetting:
    """Forgets photos; `clock` in epoch seconds."""

    database: Database
    leftovers: Leftovers
    clock: Callable[[], float] = time.time

    def forget(self, task: str, photo_ids: Sequence[int], *, by: str, everywhere: bool = False) -> Forgotten:
        """Forget photos of `task`, present or in the bin; it cannot be undone.

        `everywhere`: and all that are the same picture, in whatever task. Without it their bytes stay.
        Raises NotFound with nothing changed; StorageFailure if something could not be removed at once:
        the sweep will.
        """
        with self.database.writing() as session:
            rows = distinct_rows(session, task, photo_ids)
            copies = other_copies(session, rows)
            kept_for = () if everywhere else tuple(Copy(row.task, row.id) for row in copies[:MOST_KEPT_FOR])
            by_task = {task: rows}
            for row in copies if everywhere else ():
                by_task.setdefault(row.task, []).append(row)
            edits, traces = [], list[Trace]()
            for name, its_rows in by_task.items():
                change, left = self._entomb(session, name, its_rows, by)
                edits.append(TaskEdit(name, change.edit, change.changed))
                traces += left
            done = tuple(row.id for its_rows in by_task.values() for row in its_rows)
        self.leftovers.remove(traces)
        return Forgotten(tuple(edits), done, kept_for)

    def empty_bin(self, days: float) -> int:
        """Forget what has lain in the bin for more than `days`; return how many. Raises StorageFailure."""
        count = 0
        while True:
            with self.database.writing() as session:
                rows = self._overdue(session, self.clock() - days * DAY_S)
                if not rows:
                    return count
                _, traces = self._entomb(session, rows[0].task, rows, BIN)
            self.leftovers.remove(traces)
            count += len(rows)
            _log.info(
                "%d photos of %s were forgotten: they lay in the bin for too long", len(rows), rows[0].task
            )

    def sweep(self) -> int:
        """Remove all files that no photo names; return how many there were. Raises StorageFailure."""
        return self.leftovers.sweep(self.clock())

    def _entomb(
        self, session: Session, task: str, rows: Sequence[PhotoRow], by: str
    ) -> tuple[Change, list[Trace]]:
        now = self.clock()
        traces = [Trace.of(row) for row in rows]
        notes = entomb(session, rows, now)
        return record(session, task, "forget", notes, by=by, now=now), traces

    def _overdue(self, session: Session, deleted_before: float) -> list[PhotoRow]:
        """Return the photos of one task that have been in the bin since before then, at most 500."""
        overdue = (PhotoRow.deleted_at < deleted_before) & PhotoRow.forgotten_at.is_(None)
        task = session.scalar(select(PhotoRow.task).where(overdue).limit(1))
        query = select(PhotoRow).where(overdue, PhotoRow.task == task).order_by(PhotoRow.id).limit(AT_ONCE)
        return list(session.scalars(query)) if task is not None else []
