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
from lenswright.dataset.selection import distinct_rows
from lenswright.dataset.tombstones import entomb
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

BIN = "bin"  # who forgets what has lain there for too long
AT_ONCE = 500  # photos of one transaction
DAY_S = 86_400

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgetting:
    """Forgets photos; `clock` in epoch seconds."""

    database: Database
    leftovers: Leftovers
    clock: Callable[[], float] = time.time

    def forget(self, task: str, photo_ids: Sequence[int], *, by: str) -> Change:
        """Forget photos of `task`, present or in the bin; it cannot be undone.

        Raises NotFound with nothing changed; StorageFailure if something could not be removed at once:
        the sweep will.
        """
        with self.database.writing() as session:
            rows = distinct_rows(session, task, photo_ids)
            change, traces = self._entomb(session, task, rows, by)
        self.leftovers.remove(traces)
        return change

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
