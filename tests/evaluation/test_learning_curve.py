"""The learning curve rises where more photos teach more, and small classes are not mistaken for poor ones."""

import numpy as np

from lenswright.evaluation.cross_validation import CrossValidation, assign_folds
from lenswright.evaluation.learning_curve import LearningCurve, confused_pairs, learning_curve
from tests.evaluation.clusters import clouds


def curve_of(*sizes: int, spread: float, width: int = 16) -> LearningCurve:
    rows, labels = clouds(*sizes, spread=spread, width=width)
    crossed = CrossValidation(rows, labels, assign_folds(labels, np.arange(len(labels))), len(sizes))
    return learning_curve(crossed, crossed.answers().predicted(labels))


def test_points_go_from_few_photos_to_all_that_a_model_may_see() -> None:
    curve = curve_of(90, 90, spread=0.2)
    assert [point.photos for point in curve.points] == [20, 40, 80, 120, 160]
    assert all(0.95 <= point.accuracy <= 1 for point in curve.points)


def test_it_rises_where_there_are_too_few_photos_for_so_many_directions() -> None:
    accuracies = [point.accuracy for point in curve_of(60, 60, 60, spread=0.45, width=150).points]
    assert accuracies[-1] > accuracies[0] + 0.1


def test_a_class_that_gains_more_is_told_from_one_that_gains_nothing() -> None:
    curve = curve_of(200, 30, 200, spread=0.35, width=60)
    assert [one.photos for one in curve.classes] == [200, 30, 200]
    small, large = curve.classes[1], curve.classes[0]
    assert small.recall < large.recall
    assert small.gain > large.gain


def test_the_gain_of_five_photos_is_mostly_that_of_all() -> None:
    curve = curve_of(200, 5, spread=0.2)
    assert abs(curve.classes[1].gain - curve.classes[0].gain) < 0.25


def test_the_same_seed_gives_the_same_curve() -> None:
    assert curve_of(40, 40, spread=0.6) == curve_of(40, 40, spread=0.6)


def test_confused_pairs_are_counted_the_most_frequent_first() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 1, 0, 0, 1, 1, 1])
    assert confused_pairs(truth, predicted, 9) == [(2, 1, 3), (1, 0, 2), (0, 1, 1)]
    assert confused_pairs(truth, predicted, 1) == [(2, 1, 3)]
    assert confused_pairs(truth, truth, 9) == []
