"""The instances that share a database: each notes every second how it is, and reads how the others are.

A thread does both in one short transaction, never a request. The row of an instance that ends in order
goes with it; one that was killed falls silent, is not counted any more, and is forgotten after a minute.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import psutil
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lenswright.errors import LenswrightError
from lenswright.monitoring.instance import Figures, Instance, LiveInstance, figures_from
from lenswright.monitoring.pulses import FORGOTTEN_LOOKS, GONE_LOOKS, SILENT_LOOKS, Pulses
from lenswright.storage.database import Database
from lenswright.storage.tables import InstanceRow

BEAT_S = 1.0
FRESH_S = 5.0  # how old the last beat of one seen for the first time may be

_log = logging.getLogger(__name__)


class Instances:
    """Tells of `own` and knows the others. `figures`: how this instance is now; `clock`: epoch seconds."""

    def __init__(
        self,
        database: Database,
        own: Instance,
        figures: Callable[[], Figures],
        *,
        clock: Callable[[], float] = time.time,
        beat_s: float = BEAT_S,
    ) -> None:
        self._database, self._own, self._figures = database, own, figures
        self._clock, self._beat_s = clock, beat_s
        self._beats = 0
        self._failing = False
        self._pulses = Pulses()
        self._others: Sequence[LiveInstance] = ()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_closed, name="instances", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and be gone for the others at once."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._beats and not self._failing:
            self._sign_off()

    def alive(self) -> list[LiveInstance]:
        """Return all that live, by port; this one's figures are of now, the others' up to 2 s old."""
        here = LiveInstance(self._own, self._figures())
        return sorted([here, *self._others], key=lambda one: (one.instance.port, one.instance.id))

    def beat(self) -> None:
        """Note how this instance is, and look at the others, once. Raises StorageFailure."""
        figures = json.dumps(self._figures().to_json(), separators=(",", ":"))
        self._beats += 1
        with self._database.writing(durable=False) as session:
            if self._beats == 1:
                self._replace_predecessor(session)
            own = InstanceRow(**vars(self._own), beats=self._beats, beat_at=self._clock(), figures=figures)
            session.merge(own)
            rows = session.scalars(select(InstanceRow).where(InstanceRow.id != self._own.id)).all()
            self._others = list(self._living(session, rows))
        self._pulses.keep_only({row.id for row in rows})

    def _replace_predecessor(self, session: Session) -> None:
        """Forget who listened on the same port before: two cannot."""
        same = (
            getattr(InstanceRow, name) == getattr(self._own, name) for name in ("machine", "host", "port")
        )
        session.execute(delete(InstanceRow).where(*same))

    def _living(self, session: Session, rows: Sequence[InstanceRow]) -> Iterator[LiveInstance]:
        for row in rows:
            fresh = abs(self._clock() - row.beat_at) <= FRESH_S
            silent = self._pulses.silent_looks(row.id, row.beats, fresh=fresh)
            if silent >= FORGOTTEN_LOOKS:
                session.delete(row)
            if silent >= SILENT_LOOKS or (silent >= GONE_LOOKS and self._is_gone(row)):
                continue
            try:
                yield LiveInstance(_instance(row), figures_from(json.loads(row.figures)))
            except (KeyError, TypeError, ValueError) as exc:
                _log.warning("instance %s says what this version does not understand: %s", row.id, exc)

    def _is_gone(self, row: InstanceRow) -> bool:
        """Return whether its process ended; unknown of another machine, which has other processes."""
        return row.machine == self._own.machine and not psutil.pid_exists(row.pid)

    def _beat_until_closed(self) -> None:
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                self.beat()
                self._failing = False
            except Exception as exc:  # the database is busy or away: the thread must outlive it
                if not self._failing:  # once, not every second
                    _log.warning("the instances cannot be looked up: %s", exc)
                self._failing = True
            self._closed.wait(max(0.0, self._beat_s - (time.monotonic() - began)))

    def _sign_off(self) -> None:
        try:
            with self._database.writing(durable=False) as session:
                session.execute(delete(InstanceRow).where(InstanceRow.id == self._own.id))
        except (LenswrightError, SQLAlchemyError) as exc:  # it will be missed in a few seconds anyway
            _log.warning("this instance could not sign off: %s", exc)


def _instance(row: InstanceRow) -> Instance:
    return Instance(row.id, row.host, row.port, row.pid, row.started_at, row.machine)
