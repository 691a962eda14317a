"""The parts of the benchmark of drift that could lie."""

import numpy as np

from benchmarks.drift import DRAWS, described, part, verdicts
from lenswright.monitoring.drift import RecentAnswers, compare
from lenswright.monitoring.expected_answers import KEY, expected_of

VALUES = np.linspace(0.5, 1.0, 400)
REPORT = {
    "classes": ["cat"],
    KEY: {"predicted": [0] * 400, "confidence": VALUES.tolist(), "distance": VALUES.tolist()},
}
USUAL = RecentAnswers(["cat"] * 400, VALUES, VALUES, None, None)


def test_a_part_keeps_the_answers_of_a_photo_together() -> None:
    some = part(USUAL, np.array([3, 399]))
    assert (len(some), some.confidence[1], some.distances[0]) == (2, 1.0, VALUES[3])


def test_draws_of_the_usual_are_called_the_same_and_all_are_counted() -> None:
    assert verdicts(expected_of(REPORT), USUAL, "v1", 300) == {"same": DRAWS}


def test_a_comparison_is_described_with_its_limits() -> None:
    told = described(compare(expected_of(REPORT), USUAL, "v1"))
    assert (told["photos"], told["against"], told["verdict"]) == (400, "400 validation photos", "same")
    assert told["distance"].startswith("KS 0.00")
    assert told["distance"].endswith(": same")
