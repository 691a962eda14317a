"""The discriminant: right about clouds, the same from parts as from the whole, and calm about odd data."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from lenswright.evaluation.discriminant import CHUNK, Discriminant, Sums, UnitRows, unit_rows
from tests.evaluation.clusters import clouds


def test_it_answers_as_the_textbook_does() -> None:
    rows, labels = clouds(60, 40, 20, spread=0.5)
    found = Discriminant.of(Sums.of(rows, labels, np.arange(120), 3), shrinkage=0.0)
    book = LinearDiscriminantAnalysis(solver="lsqr").fit(rows, labels)
    ours = found.logits(rows, np.arange(120))
    theirs = book.decision_function(rows)
    difference = ours - theirs * 117 / 120  # the book divides by N, we by N less the classes
    within = np.ptp(difference - difference.mean(axis=1, keepdims=True), axis=0)
    assert within.max() < 0.05
    assert (ours.argmax(axis=1) == book.predict(rows)).all()


def test_sums_of_parts_add_up_to_the_sums_of_all() -> None:
    rows, labels = clouds(30, 20)
    every = np.arange(50)
    both = Sums.of(rows, labels, every[::2], 2) + Sums.of(rows, labels, every[1::2], 2)
    whole = Sums.of(rows, labels, every, 2)
    np.testing.assert_allclose(both.counts, whole.counts)
    np.testing.assert_allclose(both.totals, whole.totals, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(both.products, whole.products, rtol=1e-5, atol=1e-5)


def test_more_rows_than_one_chunk_count_all() -> None:
    rows, labels = clouds(CHUNK, 700, width=4)
    sums = Sums.of(rows, labels, np.arange(CHUNK + 700), 2)
    assert sums.counts.tolist() == [CHUNK, 700]
    np.testing.assert_allclose(sums.totals[1], rows[labels == 1].sum(axis=0), rtol=1e-4)


def test_a_class_without_photos_is_never_answered() -> None:
    rows, labels = clouds(20, 20)
    found = Discriminant.of(Sums.of(rows, labels, np.arange(40), 3))
    assert set(found.logits(rows, np.arange(40)).argmax(axis=1)) == {0, 1}


def test_photos_that_are_all_the_same_are_told_by_their_frequency() -> None:
    rows, labels = np.ones((9, 5), np.float32), np.array([0, 0, 1, 1, 1, 1, 1, 0, 1])
    logits = Discriminant.of(Sums.of(rows, labels, np.arange(9), 2)).logits(rows, np.arange(9))
    assert np.isfinite(logits).all()
    assert (logits.argmax(axis=1) == 1).all()


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e4])
def test_unit_rows_forget_lengths_and_keep_directions(factor: float) -> None:
    rows, _ = clouds(5, 5)
    unit = unit_rows(rows * np.float32(factor), np.arange(10))
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(unit, unit_rows(rows, np.arange(10)), rtol=1e-4, atol=1e-6)


def test_rows_that_are_no_numbers_become_zero() -> None:
    rows = np.array([[np.inf, 1], [np.nan, 1], [0, 0], [0, 3]], np.float32)
    with np.errstate(invalid="ignore"):
        unit = unit_rows(rows, np.arange(4))
    assert np.isfinite(unit).all()
    np.testing.assert_allclose(unit[2:], [[0, 0], [0, 1]])


def test_unit_rows_are_centred() -> None:
    rows, _ = clouds(50, 50)
    centred = UnitRows.of(rows)
    assert centred.shape == (100, 16)
    np.testing.assert_allclose(centred[np.arange(100)].mean(axis=0), 0, atol=1e-6)
    assert UnitRows.of(np.empty((0, 3), np.float32))[np.arange(0)].shape == (0, 3)
