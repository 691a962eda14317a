"""Pairs of near embeddings: exactly those that comparing one by one finds, and never too many."""

import numpy as np
import pytest

from lenswright.errors import TrainingStopped
from lenswright.training import near_pairs as module
from lenswright.training.near_pairs import near_pairs
from tests.evaluation.clusters import clouds


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 16)


def test_it_finds_exactly_the_pairs_that_are_near() -> None:
    rows, _ = clouds(30, 30, 10, spread=0.3)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    expected = {
        (one, other) for one in range(70) for other in range(one + 1, 70) if unit[one] @ unit[other] >= 0.7
    }
    assert expected
    pairs, cosines = near_pairs(rows, 0.7)
    assert {(one, other) for one, other in pairs.tolist()} == expected
    assert len(pairs) == len(expected)
    np.testing.assert_allclose(cosines, (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(axis=1), rtol=1e-5)


def test_many_that_are_all_alike_are_still_one_group_and_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_A_ROW", 2)
    pairs, _ = near_pairs(np.ones((200, 8), np.float32), 0.99)
    assert len(pairs) < 200 * 13  # of 19,900; there are 13 blocks
    group = list(range(200))
    for one, other in sorted(pairs.tolist(), key=max):
        low, high = sorted((group[one], group[other]))
        group = [low if entry == high else entry for entry in group]
    assert set(group) == {0}


def test_no_rows_and_one_row_have_no_pairs() -> None:
    for count in (0, 1):
        pairs, cosines = near_pairs(np.ones((count, 8), np.float32), 0.5)
        assert (pairs.shape, cosines.shape) == ((0, 2), (0,))


def test_rows_of_zeros_are_like_nothing() -> None:
    assert len(near_pairs(np.zeros((5, 8), np.float32), 0.5)[0]) == 0


def test_it_reports_every_block_and_stops_when_told_to() -> None:
    told: list[tuple[int, int]] = []
    rows, _ = clouds(20, 20)
    near_pairs(rows, 0.9, lambda *done: told.append(done))
    assert told == [(done, 6) for done in range(1, 7)]

    def stop(done: int, count: int) -> None:
        raise TrainingStopped(f"after {done}")

    with pytest.raises(TrainingStopped, match="after 1"):
        near_pairs(rows, 0.9, stop)
