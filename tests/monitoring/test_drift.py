"""Recent answers against expected ones: what is drift, what only another mix, what too little to tell."""

import numpy as np
import pytest

from lenswright.monitoring.drift import LEAST_PHOTOS, Drift, RecentAnswers, compare
from lenswright.monitoring.expected_answers import KEY, ExpectedAnswers, expected_of, to_json

CLASSES = ("cat", "dog")
KNOWN = 400


def answers(
    count: int, seed: int, *, dogs: float = 0.5, unsure: float = 0.0, away: float = 0.0
) -> RecentAnswers:
    """Return answers of a model that is surer of dogs, and knows them from nearer, than cats.

    `dogs`: their share; `unsure`: how much confidence is gone; `away`: how much distance is added.
    """
    random = np.random.default_rng(seed)
    is_dog = random.random(count) < dogs
    confidence = np.where(is_dog, random.beta(30, 1, count), random.beta(6, 1, count))
    distances = np.where(is_dog, random.normal(0.15, 0.04, count), random.normal(0.3, 0.06, count))
    names = [CLASSES[int(dog)] for dog in is_dog]
    return RecentAnswers(names, 0.5 + confidence * (0.5 - unsure), distances + away, 1.0, 2.0)


def expected(count: int = KNOWN, *, dogs: float = 0.5, distances: bool = True) -> ExpectedAnswers:
    known = answers(count, 99, dogs=dogs)
    predicted = np.array([CLASSES.index(name) for name in known.classes])
    kept = to_json(predicted, known.confidence, known.distances if distances else None, seed=1)
    found = expected_of({"classes": CLASSES, KEY: kept})
    assert found is not None
    return found


def level_of(drift: Drift, name: str) -> str:
    return next(measure.level for measure in drift.measures if measure.name == name)


def test_photos_of_the_same_kind_are_no_drift() -> None:
    verdicts = {compare(expected(), answers(1_000, seed), "v1").verdict for seed in range(50)}
    assert verdicts == {"same"}


@pytest.mark.parametrize("dogs", [0.15, 0.85])
def test_more_of_one_class_is_a_note_and_no_drift(dogs: float) -> None:
    found = compare(expected(), answers(1_000, 5, dogs=dogs), "v1")
    assert found.verdict == "same"
    assert found.class_mix is not None
    assert found.class_mix.level == "drifted"
    assert found.classes is not None
    assert found.classes.seen[1] == pytest.approx(dogs, abs=0.03)


def test_an_unsure_model_is_drift() -> None:
    found = compare(expected(), answers(1_000, 5, unsure=0.1), "v1")
    assert (found.verdict, level_of(found, "distance")) == ("drifted", "same")
    assert not found.measures[0].rises


def test_photos_farther_from_the_training_photos_are_drift() -> None:
    found = compare(expected(), answers(1_000, 5, away=0.1), "v1")
    assert (found.verdict, level_of(found, "confidence")) == ("drifted", "same")
    assert found.measures[1].rises


def test_a_fifth_of_strange_photos_is_a_shift() -> None:
    usual, strange = answers(800, 5), answers(200, 6, away=0.5)
    mixed = RecentAnswers(
        [*usual.classes, *strange.classes],
        np.concatenate([usual.confidence, strange.confidence]),
        np.concatenate([usual.distances, strange.distances]),
        1.0,
        2.0,
    )
    assert compare(expected(), mixed, "v1").verdict == "shifted"


def test_nothing_is_said_of_too_few_photos() -> None:
    found = compare(expected(), answers(LEAST_PHOTOS - 1, 5, unsure=0.4), "v1")
    assert (found.verdict, found.photos, found.measures) == ("not_enough_traffic", LEAST_PHOTOS - 1, ())
    assert found.level is None
    assert (found.split, found.expected_photos) == ("validation", KNOWN)


def test_classes_that_were_never_expected_are_left_out() -> None:
    found = compare(expected(dogs=0.0), answers(1_000, 5, dogs=0.9), "v1")
    assert (found.verdict, found.photos) == ("not_enough_traffic", 1_000)
    found = compare(expected(dogs=0.0), answers(1_000, 5, dogs=0.5), "v1")
    assert found.verdict == "same"


def test_nothing_is_said_without_enough_to_hold_traffic_against() -> None:
    for reference in (None, expected(20)):
        assert compare(reference, answers(1_000, 5), "v1").verdict == "no_reference"


def test_without_distances_the_confidence_decides() -> None:
    strange = answers(1_000, 5, away=0.5)
    assert [measure.name for measure in compare(expected(distances=False), strange, "v1").measures] == [
        "confidence"
    ]
    unknown = RecentAnswers(strange.classes, strange.confidence, strange.distances * np.nan, 1.0, 2.0)
    assert compare(expected(), unknown, "v1").verdict == "same"


def test_a_class_that_was_hardly_tested_raises_no_alarm_by_itself() -> None:
    found = compare(expected(dogs=0.01), answers(1_000, 5, dogs=0.9), "v1")
    assert found.verdict == "same"
    assert found.measures[1].shifted_from > 0.5  # a handful of dogs cannot be trusted with more
