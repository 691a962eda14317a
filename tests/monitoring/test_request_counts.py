"""The Prometheus text says what was counted, per app and not per process."""

import threading

from prometheus_client.parser import text_string_to_metric_families

from lenswright.monitoring.answered import Answered
from lenswright.monitoring.metrics import counter, gauge, render
from lenswright.monitoring.request_counts import RequestCounts

PREDICTION = Answered("r-1", 0.0, "POST /predict", 200, 12.5, "pets", "v1", "cat", 0.93, "accepted")


def samples(counts: RequestCounts) -> dict[tuple[str, ...], float]:
    """Return values by (name, label values...)."""
    given = [gauge("level", "a level", {("a", "b"): 1.5}, "one", "other"), counter("lost", "lost ones", 3)]
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(render(counts, given).decode())
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status_and_predictions_by_class() -> None:
    counts = RequestCounts()
    counts.count(PREDICTION, "/predict")
    counts.count(PREDICTION, "/predict")
    counts.count(Answered("r-2", 0.0, "GET /x", 404, 1.0), "/x")
    found = samples(counts)
    assert found["lenswright_requests_total", "/predict", "200"] == 2
    assert found["lenswright_requests_total", "/x", "404"] == 1
    assert found["lenswright_predictions_total", "cat", "accepted", "pets"] == 2


def test_a_photo_of_a_batch_is_a_prediction_and_no_request() -> None:
    counts = RequestCounts()
    counts.count_prediction(PREDICTION)
    found = samples(counts)
    assert found["lenswright_predictions_total", "cat", "accepted", "pets"] == 1
    assert ("lenswright_requests_total", "/predict", "200") not in found


def test_latency_is_observed_by_phase_in_seconds_and_in_rising_buckets() -> None:
    counts = RequestCounts()
    counts.count(PREDICTION, "/predict")
    counts.time_phases(decode_ms=1.0, queue_ms=20_000, inference_ms=4.0)
    found = samples(counts)
    assert found["lenswright_prediction_seconds_sum", "total"] == 0.0125
    assert found["lenswright_prediction_seconds_sum", "decode"] == 0.001
    assert found["lenswright_prediction_seconds_count", "inference"] == 1
    decode = [found["lenswright_prediction_seconds_bucket", le, "decode"] for le in ("0.001", "+Inf")]
    inference = [found["lenswright_prediction_seconds_bucket", le, "inference"] for le in ("0.003", "0.005")]
    queue = [found["lenswright_prediction_seconds_bucket", le, "queue"] for le in ("10.0", "+Inf")]
    assert (decode, inference, queue) == ([1, 1], [0, 1], [0, 1])  # a limit belongs to its own bucket


def test_what_is_given_stands_beside_what_was_counted() -> None:
    found = samples(RequestCounts())
    assert found["lenswright_level", "a", "b"] == 1.5
    assert found["lenswright_lost_total",] == 3
    assert found["process_open_fds",] > 0


def test_two_apps_in_one_process_count_apart() -> None:
    first, second = RequestCounts(), RequestCounts()
    first.count(PREDICTION, "/predict")
    assert ("lenswright_requests_total", "/predict", "200") not in samples(second)


def test_threads_lose_no_count_while_it_is_read() -> None:
    counts = RequestCounts()

    def work() -> None:
        for _ in range(3_000):
            counts.count(PREDICTION, "/predict")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        samples(counts)
    found = samples(counts)
    assert found["lenswright_requests_total", "/predict", "200"] == 12_000
    assert found["lenswright_prediction_seconds_bucket", "+Inf", "total"] == 12_000
