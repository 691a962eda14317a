"""Accuracy by source, status and group, counted by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from lenswright.evaluation.breakdown import by_group, per_source, per_status


def test_sources_come_with_their_own_accuracy_and_interval_the_largest_first() -> None:
    right = np.array([True, False, True, True, True])
    small, large = ["web"] * 2, ["phone"] * 3
    found = per_source([*small, *large], right)
    assert [(part.name, part.photos, part.accuracy) for part in found] == [("phone", 3, 1.0), ("web", 2, 0.5)]
    expected = binomtest(3, 3).proportion_ci(method="wilson")
    assert (found[0].accuracy_low, found[0].accuracy_high) == pytest.approx(tuple(expected))


def test_of_very_many_sources_the_fifty_largest_are_told() -> None:
    sources = [f"source {index % 70}" for index in range(100)]
    found = per_source(sources, np.ones(100, bool))
    assert len(found) == 50
    assert [part.photos for part in found[:31]] == [2] * 30 + [1]


def test_every_status_is_told_and_one_without_photos_has_no_accuracy() -> None:
    found = per_status(["unknown", "accepted", "accepted"], np.array([False, True, False]))
    assert [(part.name, part.photos, part.accuracy) for part in found] == [
        ("accepted", 2, 0.5),
        ("uncertain", 0, None),
        ("unknown", 1, 0.0),
    ]
    assert found[1].accuracy_low is found[1].accuracy_high is None


def test_a_group_of_near_duplicates_counts_once() -> None:
    groups, right = [5, 5, 5, 5, 9, 12], np.array([False, False, False, True, True, True])
    found = by_group(groups, right)
    assert found.count == 3
    assert found.accuracy == pytest.approx((0.25 + 1 + 1) / 3)
    assert found.accuracy_low < found.accuracy < found.accuracy_high
