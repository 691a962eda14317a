"""Looks after what nobody asks for: empties the bin of what lay there too long, and sweeps up."""

import logging
import threading

from lenswright.dataset.forgetting import Forgetting
from lenswright.errors import LenswrightError

EVERY_S = 3600.0

_log = logging.getLogger(__name__)


class Caretaker:
    """A thread that tidies up at the start and then every hour; several instances may do so at once."""

    def __init__(self, forgetting: Forgetting, *, bin_days: float, every_s: float = EVERY_S) -> None:
        self._forgetting, self._bin_days, self._every_s = forgetting, bin_days, every_s
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
        """Forget what is overdue and sweep, once. Raises StorageFailure."""
        self._forgetting.empty_bin(self._bin_days)
        self._forgetting.sweep()

    def _tidy_until_closed(self) -> None:
        while not self._closing.is_set():
            try:
                self.tidy()
            except LenswrightError as exc:
                _log.warning("tidying up failed, trying again later: %s", exc)
            except Exception:  # the thread must outlive whatever one file does
                _log.exception("tidying up failed, trying again later")
            self._closing.wait(self._every_s)
