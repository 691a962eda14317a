"""Which version answers for a task, since when and why; and the way back."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.errors import Conflict
from lenswright.storage.database import Database
from lenswright.storage.tables import ChampionRow, PromotionRow

ROLLBACK = "rollback"  # marks, as `by`, what no caller of `promote` may claim


@dataclass(frozen=True)
class PromotionRecord:
    """One change of champion; `at` in epoch seconds, `overridden` if the gate had said no."""

    task: str
    version: str
    previous: str | None
    at: float
    reason: str
    by: str
    overridden: bool = False


class Promotion:
    """Keeps the champion of each task and the history of changes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def champion(self, task: str) -> str | None:
        """Return the version that answers for `task`, or None."""
        return self.champions().get(task)

    def champions(self) -> dict[str, str]:
        """Return the champion of every task that has one."""
        with self._database.reading() as session:
            return {row.task: row.version for row in session.scalars(select(ChampionRow))}

    def promote(
        self, task: str, version: str, reason: str, by: str, *, overridden: bool = False
    ) -> str | None:
        """Make `version` the champion and return the one before; nothing is written if it already is."""
        entry = PromotionRow(reason=reason, by=by, overridden=overridden)
        with self._database.writing() as session:
            return self._set(session, task, version, entry)

    def previous(self, task: str) -> str | None:
        """Return the version a rollback would bring back, or None."""
        with self._database.reading() as session:
            return self._before(session, task)

    def rollback(self, task: str) -> tuple[str, str]:
        """Return (version, previous): the champion before the present one answers again.

        Rolling back twice goes two champions back. Raises Conflict when there is none before.
        """
        with self._database.writing() as session:
            row = session.get(ChampionRow, task)
            target = self._before(session, task) if row else None
            if row is None or target is None:
                raise Conflict(f"The task {task!r} has no earlier model to go back to.")
            present = row.version
            entry = PromotionRow(reason=f"Rolled back from {present}.", by=ROLLBACK)
            self._set(session, task, target, entry)
            return target, present

    def history(self, task: str) -> list[PromotionRecord]:
        """Return every change of champion of `task`, newest first."""
        query = select(PromotionRow).where(PromotionRow.task == task).order_by(PromotionRow.id.desc())
        with self._database.reading() as session:
            return [
                PromotionRecord(
                    row.task, row.version, row.previous, row.at, row.reason, row.by, row.overridden
                )
                for row in session.scalars(query)
            ]

    def _set(self, session: Session, task: str, version: str, entry: PromotionRow) -> str | None:
        """Make `version` the champion and complete its `entry` in the history; return the one before."""
        row, now = session.get(ChampionRow, task), self._clock()
        previous = row.version if row else None
        if previous == version:
            return previous
        if row is None:
            session.add(ChampionRow(task=task, version=version, since_at=now))
        else:
            row.version, row.since_at = version, now
        entry.task, entry.version, entry.previous, entry.at = task, version, previous, now
        session.add(entry)
        return previous

    def _before(self, session: Session, task: str) -> str | None:
        """Return the champion under the present one: promotions pile up, a rollback takes one off."""
        pile: list[str] = []
        query = select(PromotionRow).where(PromotionRow.task == task).order_by(PromotionRow.id)
        for row in session.scalars(query):
            if row.by == ROLLBACK:
                pile.pop()
            else:
                pile.append(row.version)
        return pile[-2] if len(pile) > 1 else None
