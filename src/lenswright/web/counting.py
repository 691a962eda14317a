"""Counters that expire: in the memory of this process, or in a Redis that several instances share."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from lenswright.errors import SettingsError
from lenswright.redaction import redacted

_log = logging.getLogger(__name__)

MOST_COUNTERS = 50_000  # in memory; a flood of ever new addresses must not fill it
AWAY_S = 5.0  # for so long a Redis that did not answer is not asked again
WAIT_S = 0.25  # for its answer: longer than that a request is not held up


class Counter(Protocol):
    """Counts what happens under a name."""

    def count(self, name: str, window_s: int) -> int:
        """Count one more under `name`, which is forgotten after `window_s`; return how many there are now."""

    def counted(self, name: str) -> int:
        """Return how many there are now."""


class MemoryCounter:
    """Counts in this process. One lock, no thread: a count costs about a microsecond.

    The memory storage of the library `limits` starts a thread for nearly every count, 0.6 ms each.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[
            str, tuple[int, float]
        ] = {}  # name -> count, when it ends; in the order they began
        self._lock = threading.Lock()

    def count(self, name: str, window_s: int) -> int:
        now = self._clock()
        with self._lock:
            count, ends = self._counts.get(name, (0, 0.0))
            if ends <= now:
                self._counts.pop(name, None)
                self._drop_ended(now)
                count, ends = 0, now + window_s
            self._counts[name] = (count + 1, ends)
            return count + 1

    def counted(self, name: str) -> int:
        count, ends = self._counts.get(name, (0, 0.0))
        return count if ends > self._clock() else 0

    def _drop_ended(self, now: float) -> None:
        """Forget the oldest ones as long as they have ended, or are too many."""
        while self._counts:
            oldest = next(iter(self._counts))
            if self._counts[oldest][1] > now and len(self._counts) < MOST_COUNTERS:
                return
            del self._counts[oldest]


class SharedCounter:
    """Counts in Redis by `limits`; while it is away in this process, with a warning and no failed request."""

    def __init__(self, url: str, *, away_s: float = AWAY_S) -> None:
        """Raise SettingsError if `url` cannot be used; nothing is connected yet."""
        self._storage = _storage(url)
        self._failures: tuple[type[Exception], ...] = (self._storage.base_exceptions, OSError)
        self._own = MemoryCounter()
        self._away_s, self._away_until = away_s, 0.0

    def count(self, name: str, window_s: int) -> int:
        return self._ask(lambda: self._storage.incr(name, window_s), lambda: self._own.count(name, window_s))

    def counted(self, name: str) -> int:
        return self._ask(lambda: self._storage.get(name), lambda: self._own.counted(name))

    def _ask(self, shared: Callable[[], int], own: Callable[[], int]) -> int:
        was_away, now = self._away_until, time.monotonic()
        if now < was_away:
            return own()
        if was_away:
            self._away_until = now + self._away_s  # one request tries, the others need not wait for it
        try:
            count = shared()
        except self._failures as exc:
            self._away_until = time.monotonic() + self._away_s
            if not was_away:
                _log.warning("Redis is away, this process counts by itself until it is back: %s", exc)
            return own()
        if was_away:
            self._away_until = 0.0
            _log.info("Redis is back: limits are shared again")
        return count


def counter(url: str) -> Counter:
    """Return the counter that LENSWRIGHT_LIMIT_STORAGE_URL names: Redis, or this process for ""."""
    return SharedCounter(url) if url else MemoryCounter()


def _storage(url: str) -> Any:
    """Return what `limits` makes of a URL; that library is needed by nobody else."""
    try:
        from limits.storage import storage_from_string

        return storage_from_string(
            url, key_prefix="lenswright", socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S
        )
    except Exception as exc:  # each storage refuses a URL in its own way
        raise SettingsError(
            "LENSWRIGHT_LIMIT_STORAGE_URL: expected redis://host:6379/0, rediss:// or redis+unix://, and"
            f" pip install -e '.[redis]'. Received: {redacted(url)}, which cannot be used:"
            f" {redacted(str(exc))}"
        ) from exc
