"""Percentiles of several instances together, held against those of all durations in one place."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenswright.monitoring.durations import Durations, all_durations, durations_from, durations_of

LISTS = st.lists(st.floats(2**-6, 100_000, width=32), min_size=1, max_size=60)


def of(values: list[float]) -> Durations:
    return durations_of(np.asarray(values, np.float32))


@given(st.lists(LISTS, min_size=1, max_size=4))
def test_percentiles_of_the_sum_are_those_of_all_together_within_one_percent(
    several: list[list[float]],
) -> None:
    found = all_durations(of(values) for values in several).summary()
    everything = np.concatenate([np.asarray(values, np.float64) for values in several])
    expected = np.percentile(everything, (50, 95, 99))
    for name, value in zip(("p50", "p95", "p99"), expected, strict=True):
        assert found[name] == pytest.approx(value, rel=0.0101, abs=0.002)
    assert found["mean"] == pytest.approx(everything.mean(), rel=1e-5, abs=0.001)


def test_a_slow_instance_is_seen_in_the_tail_and_not_averaged_away() -> None:
    fast, slow = of([10.0] * 990), of([1_000.0] * 110)
    found = all_durations([fast, slow]).summary()
    assert found["p50"] == pytest.approx(10, rel=0.01)
    assert found["p95"] == pytest.approx(1_000, rel=0.01)


def test_without_any_duration_there_are_no_made_up_percentiles() -> None:
    nothing = all_durations([durations_of(np.empty(0, np.float32)), Durations()])
    assert nothing.summary() == {"p50": None, "p95": None, "p99": None, "mean": None}


def test_a_histogram_survives_json_and_stays_small() -> None:
    durations = of(np.random.default_rng(0).lognormal(3, 0.5, 100_000).tolist())
    text = json.dumps(durations.to_json(), separators=(",", ":"))
    assert durations_from(json.loads(text)).summary() == durations.summary()
    assert len(text) < 4_000
