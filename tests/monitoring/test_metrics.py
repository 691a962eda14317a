"""The Prometheus text says what was counted, per app and not per process."""

import os

import psutil
from prometheus_client.parser import text_string_to_metric_families

from lenswright.monitoring.answered import Answered
from lenswright.monitoring.metrics import Metrics

PREDICTION = Answered("r-1", 0.0, "POST /predict", 200, 12.5, "pets", "v1", "cat", 0.93, "accepted")


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return values by (name, label values...)."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status_and_predictions_by_class() -> None:
    metrics = Metrics()
    metrics.count(PREDICTION, "/predict")
    metrics.count(PREDICTION, "/predict")
    metrics.count(Answered("r-2", 0.0, "GET /x", 404, 1.0), "/x")
    found = samples(metrics)
    assert found["lenswright_requests_total", "/predict", "200"] == 2
    assert found["lenswright_requests_total", "/x", "404"] == 1
    assert found["lenswright_predictions_total", "cat", "accepted", "pets"] == 2


def test_latency_is_observed_by_phase_in_seconds() -> None:
    metrics = Metrics()
    metrics.count(PREDICTION, "/predict")
    metrics.time_phases(decode_ms=1.0, inference_ms=4.0)
    found = samples(metrics)
    assert found["lenswright_prediction_seconds_sum", "total"] == 0.0125
    assert found["lenswright_prediction_seconds_sum", "decode"] == 0.001
    assert found["lenswright_prediction_seconds_count", "inference"] == 1


def test_only_the_version_that_serves_is_shown() -> None:
    metrics = Metrics()
    metrics.set_models({"pets": "v1"})
    metrics.set_models({"pets": "v2"})
    found = samples(metrics)
    assert found["lenswright_model_info", "pets", "v2"] == 1
    assert ("lenswright_model_info", "pets", "v1") not in found


def test_memory_training_and_lost_log_lines_are_shown() -> None:
    metrics = Metrics()
    metrics.set_training(True)
    metrics.watch_request_log(lambda: 3)
    found = samples(metrics)
    resident = psutil.Process(os.getpid()).memory_info().rss
    assert 0.5 * resident < found["lenswright_resident_memory_bytes",] < 2 * resident
    assert found["lenswright_training_running",] == 1
    assert found["lenswright_request_log_dropped",] == 3


def test_two_apps_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.count(PREDICTION, "/predict")
    assert ("lenswright_requests_total", "/predict", "200") not in samples(second)
