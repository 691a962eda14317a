"""What every request costs Prometheus: two dictionaries and four lists of numbers, behind one lock.

The library's own counters and histograms take about ten times as long, which a request of 2 ms feels.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from lenswright.monitoring.answered import Answered

Phase = Literal["decode", "queue", "inference", "total"]
PHASES: tuple[Phase, ...] = ("decode", "queue", "inference", "total")
BUCKETS_S = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class _Times:
    """How often a phase took how long: a count for each bucket and one beyond, and the sum in seconds."""

    def __init__(self) -> None:
        self.counts, self.sum_s = [0] * (len(BUCKETS_S) + 1), 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.sum_s += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return (upper limit, how many took at most that) as Prometheus wants it."""
        limits = [*map(str, BUCKETS_S), "+Inf"]
        return list(zip(limits, map(float, accumulate(self.counts)), strict=True))


class RequestCounts:
    """Requests, predictions and the times of their phases since the start. Safe between threads."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._predictions: Counter[tuple[str | None, ...]] = Counter()
        self._times = {phase: _Times() for phase in PHASES}
        self._lock = threading.Lock()

    def count(self, answered: Answered, path: str) -> None:
        """Count one request under its route `path` (a pattern, not the URL: few different values)."""
        with self._lock:
            self._requests[path, answered.status_code] += 1
        if answered.is_prediction:
            self.count_prediction(answered)

    def count_prediction(self, answered: Answered) -> None:
        """Count one prediction, which is a request of its own or one photo of a batch."""
        with self._lock:
            self._predictions[answered.task, answered.predicted_class, answered.answer_status] += 1
            self._times["total"].add(answered.duration_ms / 1e3)

    def time_phases(self, decode_ms: float, queue_ms: float, inference_ms: float) -> None:
        """Observe the phases of one prediction."""
        with self._lock:
            self._times["decode"].add(decode_ms / 1e3)
            self._times["queue"].add(queue_ms / 1e3)
            self._times["inference"].add(inference_ms / 1e3)

    def collect(self) -> Iterator[Metric]:
        """Yield them for Prometheus."""
        requests = CounterMetricFamily("lenswright_requests", "Answered requests", labels=["path", "status"])
        predictions = CounterMetricFamily(
            "lenswright_predictions",
            "Predictions by class and status",
            labels=["task", "predicted_class", "status"],
        )
        seconds = HistogramMetricFamily(
            "lenswright_prediction_seconds", "Time of a prediction by phase", labels=["phase"]
        )
        with self._lock:
            for (path, status), count in self._requests.items():
                requests.add_metric([path, str(status)], count)
            for labels, count in self._predictions.items():
                predictions.add_metric([str(label) for label in labels], count)
            for phase, times in self._times.items():
                seconds.add_metric([phase], times.buckets(), times.sum_s)
        yield from (requests, predictions, seconds)
