"""What a report keeps of its validation photos, and what can be read from older reports."""

import json

import numpy as np
import pytest

from lenswright.monitoring.expected_answers import KEY, MOST, bins_of, equal_shares, expected_of, to_json

RANDOM = np.random.default_rng
OLD = {
    "confusion_matrix": {"classes": ["cat", "dog"], "counts": [[40, 10], [2, 48]]},
    "reliability": [
        {"low": 0.5, "high": 0.6, "count": 3, "confidence": 0.55, "accuracy": 0.5},
        {"low": 0.6, "high": 0.7, "count": 4, "confidence": 0.65, "accuracy": 0.5},
        {"low": 0.8, "high": 0.9, "count": 13, "confidence": 0.85, "accuracy": 0.5},
        {"low": 0.9, "high": 1.0, "count": 80, "confidence": 0.95, "accuracy": 0.5},
    ],
}


def kept(count: int) -> dict[str, object]:
    random = RANDOM(3)
    return to_json(random.integers(0, 2, count), random.uniform(0.5, 1, count), random.random(count), seed=1)


def test_what_is_kept_is_small_and_comes_back() -> None:
    text = json.dumps(kept(400))
    assert len(text) < 10_000
    found = expected_of({"classes": ["cat", "dog"], KEY: json.loads(text)})
    assert found is not None
    assert (found.split, found.classes, len(found), found.paired) == ("validation", ("cat", "dog"), 400, True)
    assert found.distances is not None
    assert found.distances == pytest.approx(kept(400)["distance"])


def test_of_many_photos_a_draw_is_kept_that_is_the_same_again() -> None:
    assert kept(5_000) == kept(5_000)
    assert len(kept(5_000)["confidence"]) == MOST  # type: ignore[arg-type]
    assert kept(5_000)["photos"] == 5_000


def test_bins_hold_about_as_many_photos_each() -> None:
    confidence = RANDOM(0).uniform(0.5, 1, 1_000)
    counts = np.bincount(bins_of(confidence, equal_shares(confidence)))
    assert len(counts) == 11
    assert counts.min() >= 40
    assert counts.max() <= 110


def test_answers_too_sure_to_be_told_apart_share_a_bin() -> None:
    confidence = np.concatenate([np.linspace(0.5, 0.9, 50), 1 - np.geomspace(1e-9, 1e-4, 950)])
    edges = equal_shares(confidence)
    assert edges.tolist() == sorted({*edges.tolist()})
    assert edges[-2] <= 0.999
    assert bins_of(np.array([0.99951, 1.0]), edges).tolist() == [len(edges) - 2] * 2


def test_an_edge_belongs_to_the_bin_below_as_in_reports() -> None:
    assert bins_of(np.array([0.6, 0.60004, 0.6001]), np.array([0.0, 0.6, 1.0])).tolist() == [0, 0, 1]


def test_an_older_report_tells_of_its_test_photos() -> None:
    found = expected_of(OLD)
    assert found is not None
    assert (found.split, found.classes, found.paired) == ("test", ("cat", "dog"), False)
    assert np.bincount(found.predicted).tolist() == [42, 58]
    assert found.edges.tolist() == [0.0, 0.7, 0.9, 1.0]  # the first two bins held too few
    assert np.bincount(found.bins).tolist() == [7, 13, 80]
    assert found.distances is None


def test_a_report_without_photos_tells_nothing() -> None:
    assert expected_of({}) is None
    assert expected_of({"reliability": OLD["reliability"]}) is None
