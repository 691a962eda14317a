"""Temperature, reliability and thresholds on answers whose truth we know."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from lenswright.errors import NotEnoughPhotos
from lenswright.evaluation import calibration


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponent / exponent.sum(axis=1, keepdims=True))


def honest_logits(photos: int = 20_000, classes: int = 4) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Logits (N, C) and labels (N,) drawn from their own softmax: perfectly calibrated."""
    random = np.random.default_rng(3)
    logits = random.normal(scale=2.0, size=(photos, classes))
    edges = softmax(logits).cumsum(axis=1)
    labels = (random.random((photos, 1)) > edges).sum(axis=1).clip(0, classes - 1)
    return logits, labels


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_known_overconfidence(factor: float) -> None:
    logits, labels = honest_logits()
    found = calibration.fit_temperature((logits * factor).astype(np.float32), labels)
    assert found == pytest.approx(factor, rel=0.05)


def test_of_many_photos_the_temperature_minimises_the_loss_as_scikit_learn_measures_it() -> None:
    logits, labels = honest_logits()
    logits *= 3

    def loss(temperature: float) -> float:
        return float(log_loss(labels, softmax(logits / temperature)))

    best = minimize_scalar(loss, bounds=(0.05, 20), method="bounded").x
    assert calibration.fit_temperature(logits, labels) == pytest.approx(best, rel=1e-3)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 20.0])
def test_the_probabilities_before_scaling_follow_from_those_after(temperature: float) -> None:
    logits, _ = honest_logits(500)
    after = softmax(logits / temperature)
    np.testing.assert_allclose(calibration.before_temperature(after, temperature), softmax(logits), rtol=1e-9)


def test_certain_answers_of_many_classes_stay_probabilities_at_any_temperature() -> None:
    after = np.full((2, 1000), 1e-3, np.float32)
    after[1] = 0
    after[1, 7] = 1
    before = calibration.before_temperature(after, 20.0)
    np.testing.assert_allclose(before.sum(axis=1), 1)
    np.testing.assert_allclose(before, after, rtol=1e-6)


def test_a_perfect_separation_keeps_the_temperature_in_its_bounds() -> None:
    logits = np.array([[50.0, -50.0], [-50.0, 50.0]])
    found = calibration.fit_temperature(logits, np.array([0, 1]))
    assert 0.05 <= found <= 20


def test_calibrated_answers_have_almost_no_calibration_error() -> None:
    logits, labels = honest_logits()
    assert calibration.expected_calibration_error(softmax(logits), labels) < 0.015
    assert calibration.expected_calibration_error(softmax(logits * 4), labels) > 0.1


def test_the_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    labels = np.array([0, 1, 0, 0])
    bins = calibration.reliability(probabilities, labels, bins=10)

    assert [(cell.count, cell.confidence, cell.accuracy) for cell in bins] == [
        (2, pytest.approx(0.6), 1.0),
        (2, pytest.approx(0.9), 0.5),
    ]
    found = calibration.expected_calibration_error(probabilities, labels, bins=10)
    assert found == pytest.approx((0.4 + 0.4) / 2)


def test_confidence_one_falls_into_the_last_bin() -> None:
    (only,) = calibration.reliability(np.array([[1.0, 0.0]]), np.array([0]))
    assert (only.low, only.high) == (pytest.approx(14 / 15), 1.0)


def test_at_most_two_percent_of_right_answers_become_uncertain() -> None:
    logits, labels = honest_logits(5_000)
    probabilities = softmax(logits)
    threshold = calibration.accept_threshold(probabilities, labels)
    right = probabilities.argmax(axis=1) == labels
    lost = (probabilities.max(axis=1)[right] < threshold).mean()
    assert 0.01 < lost <= 0.02


def test_the_threshold_stays_between_chance_and_ninety_nine_percent() -> None:
    sure = np.array([[1.0, 0.0]] * 10)
    assert calibration.accept_threshold(sure, np.zeros(10, np.int64)) == 0.99
    assert calibration.accept_threshold(sure, np.ones(10, np.int64)) == 0.99  # never right: nothing is sure
    even = np.full((10, 4), 0.25)
    assert calibration.accept_threshold(even, np.zeros(10, np.int64)) == 0.25


def test_at_most_two_percent_of_known_photos_are_called_unknown() -> None:
    distances = np.random.default_rng(0).gamma(2.0, size=1000)
    limit = calibration.unknown_distance(distances)
    assert (distances > limit).mean() == pytest.approx(0.02)


def test_few_photos_give_a_wider_limit_than_the_farthest_of_them() -> None:
    distances = np.random.default_rng(0).gamma(2.0, size=20)
    assert distances.max() <= calibration.unknown_distance(distances) < 3 * distances.max()


def test_training_photos_stand_in_for_validation_photos_that_are_too_few() -> None:
    random = np.random.default_rng(0)
    few, known, later = (random.gamma(9.0, size=count) for count in (30, 400, 10_000))
    limit = calibration.unknown_distance(few, training=known)
    assert 0.005 < (later > limit).mean() < 0.04
    assert limit < calibration.unknown_distance(few)
    learnt_by_heart = calibration.unknown_distance(few, training=known / 10)
    assert (later > learnt_by_heart).mean() < 0.04
    many = random.gamma(9.0, size=1000)
    assert calibration.unknown_distance(many, training=known) == calibration.unknown_distance(many)


def test_calibrating_without_photos_is_refused() -> None:
    none = np.zeros((0, 2))
    labels = np.zeros(0, np.int64)
    with pytest.raises(NotEnoughPhotos, match="Received: none"):
        calibration.fit_temperature(none, labels)
    with pytest.raises(NotEnoughPhotos, match="Received: none"):
        calibration.accept_threshold(none, labels)
    with pytest.raises(NotEnoughPhotos, match="Received: none"):
        calibration.unknown_distance(np.zeros(0))


def test_a_few_photos_all_right_do_not_make_it_certain() -> None:
    labels = np.arange(30) % 2
    sure = np.where(np.arange(2) == labels[:, None], 2.0, 0.0)
    assert 0.4 < calibration.fit_temperature(sure, labels) < 1.0
    many = calibration.fit_temperature(np.tile(sure, (100, 1)), np.tile(labels, 100))
    assert many < 0.3
