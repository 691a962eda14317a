"""The measures say nothing where chance explains a difference, else the same as a textbook."""

import numpy as np
import pytest
from scipy.stats import chi2, ks_2samp, kstwobign

from lenswright.monitoring.drift_measures import (
    NORMAL_QUANTILE,
    SMIRNOV_QUANTILE,
    _chi_square,
    ks_measure,
    psi_measure,
    worth,
)

RANDOM = np.random.default_rng


def test_the_stability_index_is_that_of_the_textbook() -> None:
    expected, seen = np.array([5_000.0, 3_000.0, 2_000.0]), np.array([4_000.0, 3_000.0, 3_000.0])
    found = psi_measure("x", expected, 10_000, seen, ordered=True)
    by_hand = (0.4 - 0.5) * np.log(0.4 / 0.5) + 0 + (0.3 - 0.2) * np.log(0.3 / 0.2)
    assert found.value == pytest.approx(by_hand, abs=1e-4)
    assert (found.level, found.rises) == ("same", True)
    assert (found.shifted_from, found.drifted_from) == (0.1, 0.25)


def test_a_bin_that_is_empty_on_one_side_is_no_infinity() -> None:
    found = psi_measure("x", np.array([100.0, 0.0]), 100, np.array([0.0, 300.0]))
    assert np.isfinite(found.value)
    assert found.level == "drifted"


def test_the_distance_is_that_of_scipy_and_follows_weights() -> None:
    expected, seen = RANDOM(0).normal(0, 1, 700), RANDOM(1).normal(0.4, 1, 900)
    found = ks_measure("x", expected, np.ones(700), seen)
    assert found.value == pytest.approx(ks_2samp(expected, seen).statistic)
    assert found.rises
    weights = np.repeat([1.0, 3.0], 350)
    repeated = np.concatenate([expected[:350], np.repeat(expected[350:], 3)])
    assert ks_measure("x", expected, weights, seen).value == pytest.approx(ks_2samp(repeated, seen).statistic)


def test_weights_that_differ_are_worth_fewer_photos() -> None:
    assert worth(np.ones(50)) == 50
    assert worth(np.array([1.0] * 50 + [1e-9] * 50)) == pytest.approx(50)


@pytest.mark.parametrize("freedom", [1, 4, 9, 36])
def test_the_quantiles_are_those_of_the_distributions(freedom: int) -> None:
    assert _chi_square(freedom) == pytest.approx(chi2.ppf(0.999, freedom), rel=0.06)
    assert kstwobign.ppf(0.999) == pytest.approx(SMIRNOV_QUANTILE, rel=1e-3)
    assert pytest.approx(3.0902, abs=1e-4) == NORMAL_QUANTILE


@pytest.mark.parametrize(("known", "asked"), [(60, 200), (300, 200), (300, 2_000), (1_000, 1_000)])
def test_chance_alone_raises_hardly_ever_an_alarm(known: int, asked: int) -> None:
    random, alarms = RANDOM(7), 0
    for _ in range(300):
        bins = random.integers(0, 10, known), random.integers(0, 10, asked)
        counts = [np.bincount(rows, minlength=10).astype(float) for rows in bins]
        psi = psi_measure("x", counts[0], known, counts[1])
        ks = ks_measure("x", random.normal(size=known), np.ones(known), random.normal(size=asked))
        alarms += psi.level != "same" or ks.level != "same"
    assert alarms <= 3


def test_with_thousands_of_photos_a_difference_of_no_size_is_none() -> None:
    expected, seen = RANDOM(0).normal(0, 1, 20_000), RANDOM(1).normal(0.08, 1, 20_000)
    assert ks_2samp(expected, seen).pvalue < 1e-6
    assert ks_measure("x", expected, np.ones(20_000), seen).level == "same"
