"""Our few lines agree with scikit-learn and SciPy; and the cases that they leave open."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn import metrics as sk

from lenswright.evaluation import metrics


def answers(photos: int, classes: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities (N, C) that are right more often than not, and labels (N,) of every class."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, photos - classes)])
    logits = random.normal(size=(photos, classes))
    logits[np.arange(photos), labels] += 1.5
    exponent = np.exp(logits)
    return exponent / exponent.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("classes", [2, 7, 1000])
def test_every_metric_agrees_with_scikit_learn(classes: int) -> None:
    probabilities, labels = answers(2500, classes)
    predicted = probabilities.argmax(axis=1)
    counts = metrics.confusion_matrix(labels, predicted, classes)
    scores = metrics.per_class(counts, [str(index) for index in range(classes)])
    precision, recall, f1, support = sk.precision_recall_fscore_support(labels, predicted, zero_division=0.0)

    assert metrics.accuracy(labels, predicted) == sk.accuracy_score(labels, predicted)
    np.testing.assert_array_equal(counts, sk.confusion_matrix(labels, predicted))
    np.testing.assert_allclose([score.precision or 0.0 for score in scores], precision)
    np.testing.assert_allclose([score.recall for score in scores], recall)
    np.testing.assert_allclose([score.f1 for score in scores], f1)
    assert [score.support for score in scores] == support.tolist()
    for average in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0.0)
        found = metrics.averages(scores)
        for name, value in zip(("precision", "recall", "f1"), expected, strict=False):
            assert found[f"{average}_{name}"] == pytest.approx(value)
    assert metrics.log_loss(probabilities, labels) == pytest.approx(sk.log_loss(labels, probabilities))


@pytest.mark.parametrize("k", [1, 5])
def test_top_k_agrees_with_scikit_learn(k: int) -> None:
    probabilities, labels = answers(400, 12)
    assert metrics.top_k(probabilities, labels, k) == sk.top_k_accuracy_score(labels, probabilities, k=k)


@pytest.mark.parametrize(("right", "total"), [(0, 5), (5, 5), (94, 100), (796, 800)])
def test_the_interval_agrees_with_scipy(right: int, total: int) -> None:
    expected = binomtest(right, total).proportion_ci(method="wilson")
    np.testing.assert_allclose(metrics.wilson_interval(right, total), expected, atol=1e-12)


def test_a_certain_and_wrong_answer_costs_much_but_not_infinity() -> None:
    loss = metrics.log_loss(np.array([[1.0, 0.0]], np.float32), np.array([1]))
    assert 30 < loss < 40


def test_a_class_without_photos_or_answers_has_no_made_up_numbers() -> None:
    counts = metrics.confusion_matrix(np.array([0, 0, 1]), np.array([0, 0, 0]), 3)
    first, never_answered, absent = metrics.per_class(counts, ["a", "b", "c"])

    assert (first.precision, first.recall, first.f1) == (pytest.approx(2 / 3), 1.0, pytest.approx(0.8))
    assert (never_answered.precision, never_answered.recall, never_answered.f1) == (None, 0.0, 0.0)
    assert (absent.precision, absent.recall, absent.f1, absent.support) == (None, None, None, 0)
    assert metrics.averages([first, never_answered, absent]) == {
        "macro_precision": pytest.approx(1 / 3),
        "weighted_precision": pytest.approx(4 / 9),
        "macro_recall": pytest.approx(0.5),
        "weighted_recall": pytest.approx(2 / 3),
        "macro_f1": pytest.approx(0.4),
        "weighted_f1": pytest.approx(1.6 / 3),
    }


def test_the_most_confused_pairs_come_first_with_their_share_of_the_class() -> None:
    counts = np.array([[8, 2, 0], [0, 5, 5], [0, 0, 9]])
    found = metrics.most_confused(counts, ["a", "b", "c"])
    assert [(pair.label, pair.predicted, pair.count, pair.share) for pair in found] == [
        ("b", "c", 5, 0.5),
        ("a", "b", 2, 0.2),
    ]


def test_no_mistake_means_no_confused_pair() -> None:
    assert metrics.most_confused(np.diag([3, 4]), ["a", "b"]) == ()
