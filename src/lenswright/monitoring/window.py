"""The last minutes of traffic, in memory: what `/status` shows."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

BUCKET_S = 5
MOST_REQUESTS = 200_000  # at 600 requests a second the span of 300 s still fits


@dataclass(frozen=True)
class Answered:
    """One answered request; `at` in epoch seconds. The last five are None unless it was a prediction."""

    request_id: str
    at: float
    method_path: str
    status_code: int
    duration_ms: float
    task: str | None = None
    version: str | None = None
    predicted_class: str | None = None
    confidence: float | None = None
    answer_status: str | None = None

    @property
    def is_prediction(self) -> bool:
        return self.predicted_class is not None

    @property
    def is_error(self) -> bool:
        """Whether the service failed; a client's mistake (4xx) is none of it."""
        return self.status_code >= 500


class Window:
    """Requests of the last `span_s` seconds, and totals since the start. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.time, span_s: int = 300) -> None:
        self._clock, self._span_s = clock, span_s
        self._recent: deque[Answered] = deque(maxlen=MOST_REQUESTS)
        self._lock = threading.Lock()
        self._started_at = clock()
        self._totals = {"total": 0, "predictions": 0, "errors": 0}

    def add(self, answered: Answered) -> None:
        """Count one request."""
        with self._lock:
            self._recent.append(answered)
            self._totals["total"] += 1
            self._totals["predictions"] += answered.is_prediction
            self._totals["errors"] += answered.is_error

    def snapshot(self) -> dict[str, Any]:
        """Return totals, rates, latency percentiles in ms, class mix and a series of 5-s buckets."""
        now = self._clock()
        with self._lock:
            while self._recent and self._recent[0].at < now - self._span_s:
                self._recent.popleft()
            recent, totals = list(self._recent), dict(self._totals)
        predictions = [answered for answered in recent if answered.is_prediction]
        span = min(self._span_s, max(1.0, now - self._started_at))
        errors = sum(answered.is_error for answered in recent)
        return {
            **totals,
            "window_s": self._span_s,
            "window_requests": len(recent),
            "throughput_per_s": round(len(predictions) / span, 3),
            "error_rate": round(errors / len(recent), 5) if recent else 0.0,
            "latency_ms": latency([answered.duration_ms for answered in predictions]),
            "classes": dict(Counter(answered.predicted_class for answered in predictions)),
            "statuses": dict(Counter(answered.answer_status for answered in predictions)),
            "series": self._series(recent, now),
        }

    def _series(self, recent: Sequence[Answered], now: float) -> list[dict[str, Any]]:
        """Return one entry per bucket, oldest first, empty ones too, so that a chart has no gaps."""
        newest = int(now // BUCKET_S)
        oldest = max(newest - self._span_s // BUCKET_S + 1, int(self._started_at // BUCKET_S))
        buckets: dict[int, list[Answered]] = {number: [] for number in range(oldest, newest + 1)}
        for answered in recent:
            number = int(answered.at // BUCKET_S)
            if number in buckets:
                buckets[number].append(answered)
        return [_bucket(number, requests) for number, requests in buckets.items()]


def _bucket(number: int, requests: Sequence[Answered]) -> dict[str, Any]:
    times = latency([answered.duration_ms for answered in requests if answered.is_prediction])
    at = datetime.fromtimestamp(number * BUCKET_S, UTC)
    return {
        "t": at.isoformat().replace("+00:00", "Z"),
        "requests": len(requests),
        "predictions": sum(answered.is_prediction for answered in requests),
        "errors": sum(answered.is_error for answered in requests),
        **{f"{name}_ms": times[name] for name in ("p50", "p95", "p99")},
    }


def latency(durations_ms: Sequence[float]) -> dict[str, float | None]:
    """Return p50, p95, p99 and mean in ms (nearest rank); None without any request."""
    if not durations_ms:
        return dict.fromkeys(("p50", "p95", "p99", "mean"))
    ordered = sorted(durations_ms)
    ranks = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    found: dict[str, float | None] = {
        name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
        for name, share in ranks.items()
    }
    return found | {"mean": round(sum(ordered) / len(ordered), 3)}
