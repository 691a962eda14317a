"""What was answered, kept in the database: written in batches by a thread, never by a request."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from sqlalchemy import delete, insert

from lenswright.errors import LenswrightError
from lenswright.monitoring.window import Answered
from lenswright.storage.database import Database
from lenswright.storage.tables import RequestRow

FLUSH_S = 1.0  # what a crash may lose
QUEUE_SIZE = 20_000
PRUNE_EVERY_S = 3600.0
DAY_S = 86_400

log = logging.getLogger(__name__)


class RequestLog:
    """A bounded queue and its writer. `add` never waits and never fails; a full queue counts `dropped`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        *,
        instance: str = "",
        keep_days: int = 30,
        queue_size: int = QUEUE_SIZE,
    ) -> None:
        self._database, self._clock = database, clock
        self._instance, self._keep_days = instance, keep_days
        self._queue: queue.Queue[Answered] = queue.Queue(queue_size)
        self._closed = threading.Event()
        self._pruned_at = 0.0
        self.dropped = 0
        self._thread = threading.Thread(target=self._write_until_closed, name="request-log", daemon=True)
        self._thread.start()

    def add(self, answered: Answered) -> None:
        """Keep one answered request, at the latest a second from now."""
        try:
            self._queue.put_nowait(answered)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closed.set()
        self._thread.join()

    def _write_until_closed(self) -> None:
        while not self._closed.wait(FLUSH_S):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        batch: list[Answered] = []
        while not self._queue.empty():
            batch.append(self._queue.get_nowait())
        try:
            if batch:
                self._write(batch)
            self._prune()
        except LenswrightError as exc:
            self.dropped += len(batch)
            log.warning("%d requests are missing from the log: %s", len(batch), exc)

    def _write(self, batch: Sequence[Answered]) -> None:
        rows = [self._row(answered) for answered in batch]
        with self._database.writing() as session:
            session.execute(insert(RequestRow).prefix_with("OR IGNORE", dialect="sqlite"), rows)

    def _row(self, answered: Answered) -> dict[str, object]:
        record = asdict(answered)
        record["id"] = record.pop("request_id")
        return record | {"instance": self._instance}

    def _prune(self) -> None:
        now = self._clock()
        if now - self._pruned_at < PRUNE_EVERY_S:
            return
        self._pruned_at = now
        with self._database.writing() as session:
            session.execute(delete(RequestRow).where(RequestRow.at < now - self._keep_days * DAY_S))
