"""Folds and the answers on them: groups stay together, classes are dealt evenly, nothing is seen twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenswright.errors import TrainingStopped
from lenswright.evaluation.cross_validation import CrossValidation, assign_folds
from tests.evaluation.clusters import clouds


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20)), min_size=1, max_size=80))
def test_a_group_is_in_one_fold(photos: list[tuple[int, int]]) -> None:
    labels, groups = np.array(photos).T
    folds = assign_folds(labels, groups)
    assert ((folds >= 0) & (folds < 9)).all()
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1


def test_every_class_is_dealt_evenly() -> None:
    labels = np.repeat([0, 1, 2], [90, 45, 9])
    folds = assign_folds(labels, np.arange(144))
    for label, each in ((0, 10), (1, 5), (2, 1)):
        assert np.bincount(folds[labels == label], minlength=9).tolist() == [each] * 9


def test_a_seed_draws_the_same_folds_again_and_another_draws_others() -> None:
    labels, groups = np.zeros(50, np.int64), np.arange(50)
    first = assign_folds(labels, groups, seed=1)
    assert (first == assign_folds(labels, groups, seed=1)).all()
    assert (first != assign_folds(labels, groups, seed=2)).any()


def test_answers_come_from_models_that_never_saw_the_photo() -> None:
    rows, labels = clouds(40, 40)
    labels[7] = 1  # a model that saw photo 7 could learn that it is an exception
    rows[7] = 30 * np.eye(16)[9]  # in a direction of its own
    crossed = CrossValidation(rows, labels, assign_folds(labels, np.arange(80)), 2)
    held_out = next(fold for fold, photos in enumerate(crossed.photos) if 7 in photos)
    place = crossed.photos[held_out].tolist().index(7)
    unseen = crossed.logits(held_out, crossed.others(held_out))[place]
    seen = crossed.logits(held_out, range(9))[place]
    assert seen[1] - seen[0] > unseen[1] - unseen[0] + 1


def test_clear_photos_are_answered_right_and_surely() -> None:
    rows, labels = clouds(60, 60, 60)
    answers = CrossValidation(rows, labels, assign_folds(labels, np.arange(180)), 3).answers()
    assert (answers.predicted(labels) == labels).all()
    assert np.median(answers.own) > 0.9
    assert (answers.rival != labels).all()
    assert (answers.own + answers.rival_probability <= 1 + 1e-5).all()


def test_confidence_is_calibrated_where_classes_overlap() -> None:
    rows, labels = clouds(300, 300, spread=0.8, width=200)
    answers = CrossValidation(rows, labels, assign_folds(labels, np.arange(600)), 2).answers()
    right = (answers.predicted(labels) == labels).mean()
    sure = np.maximum(answers.own, answers.rival_probability).mean()
    assert abs(right - sure) < 0.06


def test_fewer_photos_than_folds_are_answered_as_well() -> None:
    rows, labels = clouds(3, 2)
    answers = CrossValidation(rows, labels, assign_folds(labels, np.arange(5)), 2).answers()
    assert np.isfinite(answers.own).all()


def test_it_reports_every_fold_and_stops_when_told_to() -> None:
    rows, labels = clouds(20, 20)
    told: list[tuple[int, int]] = []
    crossed = CrossValidation(
        rows, labels, assign_folds(labels, np.arange(40)), 2, lambda *done: told.append(done)
    )
    assert told == [(fold, 9) for fold in range(1, 10)]

    def stop(done: int, count: int) -> None:
        raise TrainingStopped(f"after {done} of {count}")

    with pytest.raises(TrainingStopped, match="after 1 of 9"):
        crossed.answers(stop)
