"""What the last minutes looked like, on a clock that we turn."""

import threading

import numpy as np
import pytest

from lenswright.monitoring.answered import Answered
from lenswright.monitoring.window import BUCKET_S, Window


class Clock:
    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def prediction(at: float, duration_ms: float = 10.0, name: str = "cat", status: str = "accepted") -> Answered:
    return Answered("id", at, "POST /predict", 200, duration_ms, "pets", "v1", name, 0.9, status)


def other(at: float, status_code: int = 200) -> Answered:
    return Answered("id", at, "GET /status", status_code, 99.0)


def test_an_untouched_window_is_empty_and_has_no_made_up_latency() -> None:
    found = Window(Clock()).snapshot()
    assert (found["total"], found["window_requests"], found["error_rate"]) == (0, 0, 0.0)
    assert found["latency_ms"] == {"p50": None, "p95": None, "p99": None, "mean": None}
    assert found["series"][-1]["p50_ms"] is None


def test_latency_and_classes_are_of_predictions_only_and_agree_with_numpy() -> None:
    clock = Clock()
    window = Window(clock)
    durations = np.random.default_rng(0).exponential(10.0, 500)
    for duration in durations:
        window.add(prediction(clock.now, float(duration)))
    window.add(other(clock.now))
    found = window.snapshot()

    expected = np.percentile(durations, (50, 95, 99))
    latency = found["latency_ms"]
    np.testing.assert_allclose([latency["p50"], latency["p95"], latency["p99"]], expected, rtol=1e-3)
    assert latency["mean"] == pytest.approx(durations.mean(), rel=1e-3)
    assert (found["total"], found["predictions"], found["window_requests"]) == (501, 500, 501)
    assert found["classes"] == {"cat": 500}


def test_only_the_services_own_failures_are_errors() -> None:
    clock = Clock()
    window = Window(clock)
    for status_code in (200, 404, 415, 503):
        window.add(other(clock.now, status_code))
    found = window.snapshot()
    assert (found["errors"], found["error_rate"]) == (1, 0.25)


def test_what_is_older_than_the_span_leaves_the_window_but_not_the_totals() -> None:
    clock = Clock()
    window = Window(clock, span_s=300)
    window.add(prediction(clock.now, name="cat"))
    clock.now += 301
    window.add(prediction(clock.now, name="dog", status="unknown"))
    found = window.snapshot()
    assert (found["total"], found["window_requests"]) == (2, 1)
    assert found["classes"] == {"dog": 1}
    assert found["statuses"] == {"unknown": 1}


def test_throughput_is_over_the_time_that_was_watched() -> None:
    clock = Clock()
    window = Window(clock, span_s=300)
    for _ in range(100):
        clock.now += 0.2
        window.add(prediction(clock.now))
    assert window.snapshot()["throughput_per_s"] == pytest.approx(5.0, rel=0.01)


def test_the_series_has_no_gaps_and_never_more_entries_than_the_span() -> None:
    clock = Clock()
    window = Window(clock, span_s=60)
    window.add(prediction(clock.now, 7.0))
    clock.now += 20
    window.add(prediction(clock.now, 9.0))
    series = window.snapshot()["series"]
    assert [entry["predictions"] for entry in series] == [1, 0, 0, 0, 1]
    assert series[0]["p50_ms"] == 7.0
    assert series[0]["t"].endswith("Z")

    clock.now += 100_000
    assert len(window.snapshot()["series"]) == 12


def test_a_clock_set_back_loses_no_request() -> None:
    clock = Clock()
    window = Window(clock)
    clock.now -= 50
    window.add(prediction(clock.now))
    assert window.snapshot()["window_requests"] == 1


def test_after_a_clock_was_set_back_by_an_hour_the_window_is_of_the_new_time() -> None:
    clock = Clock()
    window = Window(clock)
    for _ in range(100):
        window.add(prediction(clock.now))
    clock.now -= 3600
    window.add(prediction(clock.now))
    clock.now += 10
    found = window.snapshot()
    assert (found["predictions"], found["window_requests"]) == (101, 1)
    assert found["throughput_per_s"] == pytest.approx(0.1)
    assert len(found["series"]) == 3


def test_threads_lose_no_count_while_snapshots_are_taken() -> None:
    clock = Clock()
    window = Window(clock)

    def work() -> None:
        for _ in range(2_000):
            window.add(prediction(clock.now))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        window.snapshot()
    assert window.snapshot()["predictions"] == 8_000


def test_percentiles_of_a_hundred_thousand_requests_are_those_of_the_last_minutes_alone() -> None:
    clock = Clock()
    window = Window(clock, span_s=300)
    random, began = np.random.default_rng(1), clock.now
    times = began + np.sort(random.uniform(0, 600, 100_000))
    durations = random.exponential(5.0, 100_000) + np.where(times < began + 300, 100.0, 0.0)  # slow at first
    for at, duration in zip(times.tolist(), durations.tolist(), strict=True):
        window.add(prediction(at, duration))
    clock.now = began + 600
    found = window.snapshot()

    kept = durations[times >= (clock.now // BUCKET_S - 300 // BUCKET_S + 1) * BUCKET_S]
    expected = np.percentile(kept, (50, 95, 99))
    latency = found["latency_ms"]
    np.testing.assert_allclose([latency["p50"], latency["p95"], latency["p99"]], expected, rtol=1e-3)
    assert latency["p99"] < 100
    assert (found["total"], found["window_requests"]) == (100_000, len(kept))
    assert found["throughput_per_s"] == pytest.approx(100_000 / 600, rel=0.02)
    assert sum(entry["predictions"] for entry in found["series"]) == len(kept)
