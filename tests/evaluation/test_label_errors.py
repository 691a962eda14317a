"""Flipped labels are found, and put first."""

import numpy as np

from lenswright.evaluation.cross_validation import Answers, CrossValidation, assign_folds
from lenswright.evaluation.label_errors import DOUBTED, find_doubts
from tests.evaluation.clusters import clouds


def answers_of(own: list[float], rival: list[float]) -> Answers:
    return Answers(np.array(own, np.float32), np.ones(len(own), np.int64), np.array(rival, np.float32))


def test_doubted_is_what_another_class_is_four_times_as_likely_for() -> None:
    doubts = find_doubts(answers_of([0.5, 0.15, 0.05, 0.001, 0.9], [0.5, 0.5, 0.9, 0.2, 0.1]))
    assert doubts.photos.tolist() == [3, 2]
    assert (doubts.scores >= DOUBTED).all()
    np.testing.assert_allclose(doubts.scores, [0.2 / 0.201, 0.9 / 0.95], rtol=1e-5)


def test_probabilities_of_zero_are_no_reason_to_fail() -> None:
    assert find_doubts(answers_of([0.0, 0.0], [0.0, 1.0])).photos.tolist() == [1]
    assert find_doubts(answers_of([], [])).photos.tolist() == []


def test_flipped_labels_come_first() -> None:
    rows, truth = clouds(200, 200, 200, spread=0.25)
    flipped = np.random.default_rng(3).choice(600, 18, replace=False)
    labels = truth.copy()
    labels[flipped] = (truth[flipped] + 1) % 3
    answers = CrossValidation(rows, labels, assign_folds(labels, np.arange(600)), 3).answers()
    doubts = find_doubts(answers)
    assert len(set(doubts.photos[:18].tolist()) & set(flipped.tolist())) >= 17
    assert (answers.rival[flipped] == truth[flipped]).mean() > 0.9
