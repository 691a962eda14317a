"""The last minutes of traffic, in memory: what `/status` shows.

Requests are counted into buckets as they come, so that neither the memory nor the time of a snapshot
grows with every one of them: what is kept of a prediction is its duration, four bytes.
"""

import threading
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.monitoring.answered import Answered
from lenswright.monitoring.durations import durations_of
from lenswright.monitoring.traffic import Traffic

BUCKET_S = 5
LATE_BUCKETS = 12  # a clock that goes back by less than a minute catches up soon


@dataclass
class Bucket:
    """The requests of `BUCKET_S` seconds; `durations_ms` of its predictions, float32."""

    number: int
    requests: int = 0
    errors: int = 0
    durations_ms: "array[float]" = field(default_factory=lambda: array("f"))
    classes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def add(self, answered: Answered) -> None:
        self.requests += 1
        self.errors += answered.is_error
        if answered.is_prediction:
            self.add_prediction(answered)

    def add_prediction(self, answered: Answered) -> None:
        self.durations_ms.append(answered.duration_ms)
        self.classes[str(answered.predicted_class)] += 1
        self.statuses[str(answered.answer_status)] += 1

    def copy(self) -> "Bucket":
        """Return what was counted so far; a copy, as the newest bucket goes on counting."""
        return replace(
            self,
            durations_ms=self.durations_ms[:],
            classes=self.classes.copy(),
            statuses=self.statuses.copy(),
        )

    def entry(self) -> dict[str, Any]:
        """Return the bucket as `/status` shows it."""
        times = latency(np.asarray(self.durations_ms))
        return {
            "t": datetime.fromtimestamp(self.number * BUCKET_S, UTC).isoformat().replace("+00:00", "Z"),
            "requests": self.requests,
            "predictions": len(self.durations_ms),
            "errors": self.errors,
            **{f"{name}_ms": times[name] for name in ("p50", "p95", "p99")},
        }


class Window:
    """Requests of the last `span_s` seconds, and totals since the start. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.time, span_s: int = 300) -> None:
        self._clock, self._span_s = clock, span_s
        self._buckets: deque[Bucket] = deque([Bucket(int(clock() // BUCKET_S))], span_s // BUCKET_S)
        self._lock = threading.Lock()
        self._started_at = clock()
        self._totals = {"total": 0, "predictions": 0, "errors": 0}

    def add(self, answered: Answered) -> None:
        """Count one request."""
        with self._lock:
            self._newest(answered.at).add(answered)
            self._totals["total"] += 1
            self._totals["predictions"] += answered.is_prediction
            self._totals["errors"] += answered.is_error

    def add_prediction(self, answered: Answered) -> None:
        """Count one photo of a batch; the batch itself is one request."""
        with self._lock:
            self._newest(answered.at).add_prediction(answered)
            self._totals["predictions"] += 1

    def snapshot(self) -> dict[str, Any]:
        """Return totals, rates, latency percentiles in ms, class mix and a series of 5-s buckets.

        `throughput_per_s` counts predictions, `error_rate` and `window_requests` all requests;
        `statuses` are the predictions' (accepted, uncertain, unknown).
        """
        now, totals, kept = self._copy()
        durations = _durations(kept)
        requests, errors = sum(bucket.requests for bucket in kept), sum(bucket.errors for bucket in kept)
        return {
            **totals,
            "window_s": self._span_s,
            "window_requests": requests,
            "throughput_per_s": round(len(durations) / self._covered_s(now, kept), 3),
            "error_rate": round(errors / requests, 5) if requests else 0.0,
            "latency_ms": latency(durations),
            "classes": _added(bucket.classes for bucket in kept),
            "statuses": _added(bucket.statuses for bucket in kept),
            "series": [bucket.entry() for bucket in kept],
        }

    def traffic(self) -> Traffic:
        """Return the totals and what the span held, ready to be added to that of other instances."""
        now, totals, kept = self._copy()
        durations = _durations(kept)
        return Traffic(
            **totals,
            window_s=self._span_s,
            window_requests=sum(bucket.requests for bucket in kept),
            window_errors=sum(bucket.errors for bucket in kept),
            throughput_per_s=len(durations) / self._covered_s(now, kept),
            durations=durations_of(durations),
        )

    def _copy(self) -> tuple[float, dict[str, int], list[Bucket]]:
        now = self._clock()
        with self._lock:
            self._newest(now)
            return now, dict(self._totals), [bucket.copy() for bucket in self._buckets]

    def _covered_s(self, now: float, kept: list[Bucket]) -> float:
        return max(1.0, now - max(self._started_at, kept[0].number * BUCKET_S))

    def _newest(self, at: float) -> Bucket:
        """Return the bucket of `at`, opening it and the empty ones before it, so that a chart has no gaps.

        A request that comes late counts into the newest bucket. After a clock was set back the window
        begins anew: what it held would lie in the future, and stay for as long.
        """
        wanted, newest = int(at // BUCKET_S), self._buckets[-1].number
        if wanted < newest - LATE_BUCKETS:
            self._buckets.clear()
            self._buckets.append(Bucket(wanted))
            self._started_at, newest = at, wanted
        room = self._buckets.maxlen or 1
        for number in range(max(newest + 1, wanted - room + 1), wanted + 1):
            self._buckets.append(Bucket(number))
        return self._buckets[-1]


def latency(durations_ms: NDArray[np.float32]) -> dict[str, float | None]:
    """Return p50, p95, p99 and mean in ms; None without any request."""
    if not len(durations_ms):
        return dict.fromkeys(("p50", "p95", "p99", "mean"))
    shares = np.percentile(durations_ms, (50, 95, 99))
    named = zip(("p50", "p95", "p99", "mean"), (*shares, durations_ms.mean(dtype=np.float64)), strict=True)
    return {name: round(float(value), 3) for name, value in named}


def _durations(kept: list[Bucket]) -> NDArray[np.float32]:
    return np.concatenate([np.asarray(bucket.durations_ms, np.float32) for bucket in kept])


def _added(counters: Iterable[Counter[str]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return dict(total)
