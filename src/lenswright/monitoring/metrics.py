"""Numbers for Prometheus, of one instance: its own registry, so several apps fit one process."""

from collections.abc import Callable, Mapping
from functools import partial

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from lenswright.monitoring.answered import Answered

LATENCY_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_ANSWER_CACHE = {
    "hits": "Predictions whose answer was kept from an earlier request",
    "misses": "Predictions that had to be computed although answers are kept",
    "entries": "Answers that are kept",
}


class Metrics:
    """Counters and histograms of one instance."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "lenswright_requests", "Answered requests", ["path", "status"], registry=self._registry
        )
        self._predictions = Counter(
            "lenswright_predictions",
            "Predictions by class and status",
            ["task", "predicted_class", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "lenswright_prediction_seconds",
            "Time of a prediction by phase",
            ["phase"],
            buckets=LATENCY_BUCKETS_S,
            registry=self._registry,
        )
        self._phases = {name: self._seconds.labels(name) for name in ("decode", "inference", "total")}
        self._add_gauges()

    def _add_gauges(self) -> None:
        self._model = Gauge(
            "lenswright_model_info",
            "1 for the version that serves",
            ["task", "version"],
            registry=self._registry,
        )
        self._training = Gauge(
            "lenswright_training_running", "1 while a run is active on this machine", registry=self._registry
        )
        self._memory = Gauge(
            "lenswright_resident_memory_bytes", "Memory of this process", registry=self._registry
        )
        self._memory.set_function(lambda: float(psutil.Process().memory_info().rss))

    def count(self, answered: Answered, path: str) -> None:
        """Count one request under its route `path` (a pattern, not the URL: few different values)."""
        self._requests.labels(path, str(answered.status_code)).inc()
        if answered.is_prediction:
            self.count_prediction(answered)

    def count_prediction(self, answered: Answered) -> None:
        """Count one prediction, which is a request of its own or one photo of a batch."""
        self._predictions.labels(answered.task, answered.predicted_class, answered.answer_status).inc()
        self._phases["total"].observe(answered.duration_ms / 1e3)

    def time_phases(self, decode_ms: float, inference_ms: float) -> None:
        """Observe the phases of one prediction."""
        self._phases["decode"].observe(decode_ms / 1e3)
        self._phases["inference"].observe(inference_ms / 1e3)

    def set_models(self, versions: dict[str, str]) -> None:
        """Show which version serves each task."""
        self._model.clear()
        for task, version in versions.items():
            self._model.labels(task, version).set(1)

    def set_training(self, running: bool) -> None:
        """Show whether a training run is active."""
        self._training.set(float(running))

    def watch_request_log(self, dropped: Callable[[], int]) -> None:
        """Show how many answered requests are missing from the request log."""
        lost = Gauge(
            "lenswright_request_log_dropped", "Requests missing from the log", registry=self._registry
        )
        lost.set_function(lambda: float(dropped()))

    def watch_kept_photos(self, dropped: Callable[[], int]) -> None:
        """Show how many photos of predictions were to be kept and are not."""
        lost = Gauge(
            "lenswright_kept_photos_dropped",
            "Photos of predictions that found no room",
            registry=self._registry,
        )
        lost.set_function(lambda: float(dropped()))

    def watch_answer_cache(self, counts: Callable[[], Mapping[str, int]]) -> None:
        """Show `hits`, `misses` and `entries` of the cache of answers."""
        for name, said in _ANSWER_CACHE.items():
            gauge = Gauge(f"lenswright_answer_cache_{name}", said, registry=self._registry)
            gauge.set_function(partial(_one_of, counts, name))

    def render(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        return bytes(generate_latest(self._registry))


def _one_of(counts: Callable[[], Mapping[str, int]], name: str) -> float:
    return float(counts()[name])
