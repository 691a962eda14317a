"""What was answered, kept in the database: written in batches by a thread, never by a request."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lenswright.errors import LenswrightError
from lenswright.monitoring.answered import Answered
from lenswright.storage.database import Database
from lenswright.storage.tables import RequestRow

FLUSH_S = 1.0  # what a crash may lose
QUEUE_SIZE = 20_000
BATCH_SIZE = 1_000
LONGEST_ID, LONGEST_PATH = 100, 255  # characters of the columns
PRUNE_EVERY_S = 3600.0
DAY_S = 86_400

log = logging.getLogger(__name__)


class RequestLog:
    """A bounded queue and its writer. `add` never waits and never fails; a full queue counts `dropped`.

    Where a client uses a request id twice, the newest prediction stays, else the first request.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        *,
        instance: str = "",
        keep_days: int = 30,
        queue_size: int = QUEUE_SIZE,
        flush_s: float = FLUSH_S,
    ) -> None:
        self._database, self._clock = database, clock
        self._instance, self._keep_days, self._flush_s = instance, keep_days, flush_s
        self._queue: queue.Queue[Answered] = queue.Queue(queue_size)
        self._closed = threading.Event()
        self._pruned_at = 0.0
        self._counting = threading.Lock()
        self._writing = threading.Lock()  # while held, requests are neither waiting nor written yet
        self.dropped = 0
        self._thread = threading.Thread(target=self._write_until_closed, name="request-log", daemon=True)
        self._thread.start()

    def add(self, answered: Answered) -> None:
        """Keep one answered request, at the latest a second from now."""
        try:
            self._queue.put_nowait(answered)
        except queue.Full:
            self._drop(1)

    def settle(self) -> None:
        """Write what waits now, for whoever looks for a request that was answered a moment ago."""
        with self._writing:
            self._flush()

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closed.set()
        self._thread.join()

    def _write_until_closed(self) -> None:
        while not self._closed.wait(0.0 if self._queue.qsize() >= BATCH_SIZE else self._flush_s):
            self.settle()
        while not self._queue.empty():
            self.settle()

    def _flush(self) -> None:
        batch: list[Answered] = []
        while len(batch) < BATCH_SIZE and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        try:
            if batch:
                self._write(batch)
        except (LenswrightError, SQLAlchemyError) as exc:
            self._drop(len(batch))
            log.warning("%d requests are missing from the log: %s", len(batch), exc)

    def _write(self, batch: Sequence[Answered]) -> None:
        rows = [self._row(answered) for answered in batch]
        with self._database.writing() as session:
            is_postgresql = session.get_bind().dialect.name == "postgresql"
            self._insert(session, postgresql.insert if is_postgresql else sqlite.insert, rows)
            self._prune(session)

    def _insert(self, session: Session, insert: Any, rows: Sequence[dict[str, object]]) -> None:
        others = [row for row in rows if row["predicted_class"] is None]
        predictions = {row["id"]: row for row in rows if row["predicted_class"] is not None}
        if others:
            session.execute(insert(RequestRow).on_conflict_do_nothing(), others)
        if predictions:
            taken = insert(RequestRow)
            newer = {name: taken.excluded[name] for name in next(iter(predictions.values())) if name != "id"}
            query = taken.on_conflict_do_update(index_elements=["id"], set_=newer)
            session.execute(query, list(predictions.values()))

    def _drop(self, count: int) -> None:
        with self._counting:
            self.dropped += count

    def _row(self, answered: Answered) -> dict[str, object]:
        record = dict(vars(answered))
        record["id"] = record.pop("request_id")[:LONGEST_ID]
        record["method_path"] = answered.method_path[:LONGEST_PATH]
        return record | {"instance": self._instance}

    def _prune(self, session: Session) -> None:
        """Forget, once an hour, what is older than `keep_days`."""
        now = self._clock()
        if now - self._pruned_at >= PRUNE_EVERY_S:
            self._pruned_at = now
            session.execute(delete(RequestRow).where(RequestRow.at < now - self._keep_days * DAY_S))
