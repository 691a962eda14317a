"""The record of changes: who did what, when, from where, and how it ended.

Each is written twice: before the change, so that none is made unrecorded (if that cannot be written, the
change is refused), and after it, with the outcome. One without an outcome goes on, was cut short, or its end
could not be written: look at what it was about.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select, update

from lenswright.errors import LenswrightError
from lenswright.storage.access_tables import AuditRow
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database

DAY_S = 86_400
LONGEST_BY, LONGEST_ADDRESS, LONGEST_ACTION, LONGEST_TARGET = 100, 64, 255, 2_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deed:
    """What somebody is about to do. `action` is its kind, `target` the thing it is done to."""

    by: str
    action: str
    target: str
    role: str | None = None
    key_id: int | None = None
    address: str | None = None
    request_id: str | None = None
    instance: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Audited:
    """One entry: `deed`, begun `at` (epoch seconds); `outcome` is an HTTP status, `done` or `failed`."""

    id: int
    at: float
    deed: Deed
    outcome: str | None


@dataclass(frozen=True)
class AuditWish:
    """Which entries: parts of `by` and `action` as written, and the earliest time, each if given."""

    by: str | None = None
    action: str | None = None
    since: float | None = None


class AuditTrail:
    """The entries of one database, which all instances share."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, *, keep_days: int = 365
    ) -> None:
        self._database, self._clock, self._keep_days = database, clock, keep_days

    def begin(self, deed: Deed) -> int:
        """Record what is about to be done, and return the entry's id; it is on disk then.

        Raises StorageFailure: do not do it.
        """
        return self._write(deed, None)

    @contextmanager
    def recording(self, deed: Deed) -> Iterator[dict[str, Any]]:
        """Record what the block does: `done`, or `failed` if it raises; what it puts into the dict stays.

        Raises StorageFailure before the block is entered.
        """
        entry, said, outcome = self.begin(deed), dict(deed.detail), "failed"
        try:
            yield said
            outcome = "done"
        finally:
            self.end(entry, outcome, **said)

    def refused(self, deed: Deed, outcome: str) -> None:
        """Record what was not done; a failure is logged, for nothing has changed."""
        try:
            self._write(deed, outcome)
        except LenswrightError as exc:
            _log.error("the refusal of %s by %s could not be recorded: %s", deed.action, deed.by, exc)

    def _write(self, deed: Deed, outcome: str | None) -> int:
        row = AuditRow(
            at=self._clock(), by=deed.by[:LONGEST_BY], role=deed.role, key_id=deed.key_id,
            address=deed.address and deed.address[:LONGEST_ADDRESS], action=deed.action[:LONGEST_ACTION],
            target=deed.target[:LONGEST_TARGET], outcome=outcome, detail=json.dumps(dict(deed.detail)),
            request_id=deed.request_id, instance=deed.instance,
        )  # fmt: skip
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            return row.id

    def end(self, entry_id: int, outcome: str, **detail: Any) -> None:
        """Record how it ended, and what came of it; a failure is logged, for the change is made.

        Nobody waits for the disk: what a power cut takes is the outcome, never the entry.
        """
        values = {"outcome": outcome} | ({"detail": json.dumps(detail)} if detail else {})
        try:
            with self._database.writing(durable=False) as session:
                session.execute(update(AuditRow).where(AuditRow.id == entry_id).values(values))
        except LenswrightError as exc:
            _log.error("the outcome %s of audit entry %d could not be recorded: %s", outcome, entry_id, exc)

    def page(self, wish: AuditWish, *, offset: int, limit: int) -> tuple[int, list[Audited]]:
        """Return how many entries there are, and those from `offset` on, newest first."""
        where = [
            *([AuditRow.by.contains(wish.by, autoescape=True)] if wish.by else []),
            *([AuditRow.action.contains(wish.action, autoescape=True)] if wish.action else []),
            *([AuditRow.at >= wish.since] if wish.since is not None else []),
        ]
        newest = select(AuditRow).where(*where).order_by(AuditRow.id.desc())
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*where)) or 0
            rows = session.scalars(newest.offset(min(offset, LARGEST_ID)).limit(limit))
            return total, [_audited(row) for row in rows]

    def forget_old(self) -> None:
        """Remove what is older than the days that it is kept. Raises StorageFailure."""
        with self._database.writing() as session:
            session.execute(delete(AuditRow).where(AuditRow.at < self._clock() - self._keep_days * DAY_S))


def _audited(row: AuditRow) -> Audited:
    deed = Deed(
        by=row.by, action=row.action, target=row.target, role=row.role, key_id=row.key_id,
        address=row.address, request_id=row.request_id, instance=row.instance,
        detail=json.loads(row.detail),
    )  # fmt: skip
    return Audited(row.id, row.at, deed, row.outcome)
