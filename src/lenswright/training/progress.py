"""What a run tells the outside: its phase, how far it is, and whether somebody wants it to stop."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

from lenswright.errors import LenswrightError, StorageFailure, TrainingStopped
from lenswright.runs.journal import Journal

HEARTBEAT_S = 0.5
TELL_EVERY_S = 0.5  # how far a phase is; a step of training may take less
STOP_BUDGET_S = 4.0  # after that the supervisor's patience ends: what is not measured is dropped

# Shares of the time of a run by its course, as measured; they only scale the progress bar.
SHARES = {
    "fast": {
        "starting": 2, "weights": 18, "features": 52, "fitting": 4,
        "quantising": 2, "exporting": 14, "measuring": 8,
    },
    "best": {
        "starting": 1, "weights": 2, "features": 6, "fitting": 1, "fine-tuning": 77,
        "new features": 8, "refitting": 1, "quantising": 2, "exporting": 1, "measuring": 1,
    },
    "scratch": {
        "starting": 1, "backbone": 91, "features": 3, "fitting": 2,
        "quantising": 1, "exporting": 1, "measuring": 1,
    },
    "tune": {"starting": 1, "weights": 12, "features": 55, "tuning": 32},
    "export": {"exporting": 1},
    "check": {
        "starting": 1, "weights": 2, "features": 75, "quality": 2, "duplicates": 8, "label errors": 4,
        "advice": 8,
    },
    "compare": {"starting": 1},  # its configurations report as parts
}  # fmt: skip

log = logging.getLogger(__name__)


class Heartbeat:
    """A thread that says every half second that the run lives, and learns of a wish to stop."""

    def __init__(self, journal: Journal, run_id: int) -> None:
        self._journal, self._run_id = journal, run_id
        self._ended = threading.Event()
        self._stop_asked_at: float | None = None
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_S):
            try:
                if self._journal.heartbeat(self._run_id) and self._stop_asked_at is None:
                    self._stop_asked_at = time.monotonic()
            except LenswrightError as exc:  # a busy database must not end a run of hours
                log.warning("heartbeat missed: %s", exc)

    @property
    def stop_asked(self) -> bool:
        """Whether somebody asked this run to stop."""
        return self._stop_asked_at is not None

    def check(self) -> None:
        """Raise TrainingStopped once the run was asked to stop."""
        if self.stop_asked:
            raise TrainingStopped("The run was stopped on request.")

    def check_budget(self) -> None:
        """Raise TrainingStopped once what remains no longer fits the time a stop may take."""
        asked = self._stop_asked_at
        if asked is not None and time.monotonic() - asked > STOP_BUDGET_S:
            raise TrainingStopped("The run was stopped; measuring the best head so far did not fit in time.")


class Progress:
    """Reports phases of one run to the journal: the share done and the time left at this pace.

    `course`: one of `SHARES`. `on_epoch` also gets every epoch's record. `span`: the part of the
    whole run, from 0 to 1, that this course is; `label` tells its epochs from those of other parts.
    `seconds` of its phases and `epochs` are what was reported so far.
    """

    def __init__(
        self,
        journal: Journal,
        run_id: int,
        course: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        on_epoch: Callable[[dict[str, Any]], None] = lambda _: None,
        span: tuple[float, float] = (0.0, 1.0),
        label: str = "",
    ) -> None:
        self._journal, self._run_id, self._clock = journal, run_id, clock
        self._shares, self._on_epoch, self._span = SHARES[course], on_epoch, span
        self._began, self._label = clock(), label
        self._phase, self._phase_began, self._told_at = "", self._began, self._began - TELL_EVERY_S
        self.seconds: dict[str, float] = {}
        self.epochs: list[dict[str, Any]] = []

    def part(self, index: int, count: int, course: str) -> "Progress":
        """Return the progress of the `index`-th (0..) of `count` equal parts of this run."""
        low, high = self._span
        width = (high - low) / count
        span = (low + index * width, low + (index + 1) * width)
        part = Progress(
            self._journal, self._run_id, course, self._clock,
            on_epoch=self._on_epoch, span=span, label=f"{index + 1} ",
        )  # fmt: skip
        part._began = self._began
        return part

    def enter(self, phase: str) -> None:
        """Begin `phase`; the time the last one took is kept in `seconds`."""
        self.leave()
        self._phase = phase
        self.at(0.0)

    def leave(self) -> None:
        """End the present phase."""
        now = self._clock()
        if self._phase:  # a phase may come again
            before = self.seconds.get(self._phase, 0.0)
            self.seconds[self._phase] = round(before + now - self._phase_began, 3)
        self._phase, self._phase_began = "", now

    def at(self, fraction: float) -> None:
        """Report that `fraction` (0..1) of the present phase is done; between its ends not too often."""
        now = self._clock()
        if 0 < fraction < 1 and now - self._told_at < TELL_EVERY_S:
            return
        self._told_at = now
        names = list(self._shares)
        before = sum(self._shares[name] for name in names[: names.index(self._phase)])
        own = (before + self._shares[self._phase] * fraction) / sum(self._shares.values())
        low, high = self._span
        overall = low + (high - low) * own
        elapsed = now - self._began
        eta_s = elapsed * (1 - overall) / overall if overall > 0.05 else None
        self._note(partial(self._journal.progress, self._run_id, self._phase, overall, eta_s))

    def say(self, line: str) -> None:
        """Add a line to the run's log."""
        log.info("%s", line)
        self._note(partial(self._journal.log, self._run_id, line))

    def epoch(self, record: dict[str, Any]) -> None:
        """Add the measurements of one epoch, with the phase it is of: a run may learn several things."""
        named = {"phase": self._label + self._phase, **record}
        self.epochs.append(named)
        self._note(partial(self._journal.epoch, self._run_id, named))
        self._on_epoch(named)

    def _note(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StorageFailure as exc:  # a busy database must not end a run of hours
            log.warning("progress was not written down: %s", exc)
