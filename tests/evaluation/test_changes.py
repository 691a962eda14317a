"""Which photos a candidate gets right that the champion got wrong, and the other way round."""

import numpy as np

from lenswright.evaluation.changes import MOST_LISTED, changes

SURE, UNSURE = [0.9, 0.1], [0.6, 0.4]


def test_fixed_and_newly_wrong_photos_are_listed_the_surest_first() -> None:
    probabilities = np.array([UNSURE, SURE, SURE, UNSURE, SURE])  # all say 0
    labels, champion = np.array([0, 0, 1, 1, 0]), np.array([1, -1, 1, 1, 0])
    found = changes(probabilities, labels, champion, photo_ids=[11, 12, 13, 14, 15], compared_with="v1")
    assert found.to_json() == {
        "fixed": (12, 11),
        "newly_wrong": (13, 14),
        "fixed_total": 2,
        "newly_wrong_total": 2,
        "compared_with": "v1",
    }


def test_wrong_in_another_way_is_no_change() -> None:
    probabilities = np.array([[0.1, 0.8, 0.1]])
    found = changes(probabilities, np.array([0]), np.array([2]), photo_ids=[1], compared_with="v1")
    assert (found.fixed, found.newly_wrong) == ((), ())


def test_of_many_changes_some_are_listed_and_all_are_counted() -> None:
    count = MOST_LISTED + 3
    probabilities = np.tile(SURE, (count, 1))
    labels, champion = np.zeros(count, np.int64), np.ones(count, np.int64)
    found = changes(probabilities, labels, champion, photo_ids=range(count), compared_with="v1")
    assert (len(found.fixed), found.fixed_total, found.newly_wrong_total) == (MOST_LISTED, count, 0)
