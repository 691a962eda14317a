"""Looks after what nobody asks for: empties the bin of what lay there too long, and sweeps up."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from lenswright.dataset.forgetting import Forgetting
from lenswright.errors import LenswrightError

EVERY_S = 3600.0
JUMP_S = 600.0  # further than any drift is corrected at once

_log = logging.getLogger(__name__)


def steady_s() -> float:
    """Return seconds that nobody can set; they go on while the machine sleeps, where the system tells."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Caretaker:
    """A thread that tidies up at the start and then every hour; several instances may do so at once.

    A `clock` that was set forward is waited out once, as what is forgotten cannot be brought back. `also`:
    what else lets go of old things.
    """

    def __init__(
        self,
        forgetting: Forgetting,
        *,
        bin_days: float,
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = steady_s,
        also: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._forgetting, self._bin_days, self._every_s = forgetting, bin_days, every_s
        self._clock, self._steady, self._also = clock, steady, also
        self._ahead_s = clock() - steady()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._tidy_until_closed, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, with what it is at."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def tidy(self) -> None:
        """Forget what is overdue and sweep, once, unless the clock has just jumped. Raises StorageFailure."""
        before_s, self._ahead_s = self._ahead_s, self._clock() - self._steady()
        if self._ahead_s - before_s > JUMP_S:
            _log.warning(
                "the clock was set forward by %.0f s: nothing is forgotten for now", self._ahead_s - before_s
            )
            return
        self._forgetting.empty_bin(self._bin_days)
        self._forgetting.sweep()
        for let_go in self._also:
            let_go()

    def _tidy_until_closed(self) -> None:
        while not self._closing.is_set():
            try:
                self.tidy()
            except LenswrightError as exc:
                _log.warning("tidying up failed, trying again later: %s", exc)
            except Exception:  # the thread must outlive whatever one file does
                _log.exception("tidying up failed, trying again later")
            self._closing.wait(self._every_s)
