"""Pieces of work on threads: in order, errors and all."""

import threading

import pytest

from lenswright.evaluation.side_by_side import side_by_side


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(side_by_side(lambda n: n * n, range(50))) == [n * n for n in range(50)]


def test_what_goes_wrong_in_a_piece_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda n: 1 / n, [1, 0, 2]))


def test_a_caller_that_stops_leaves_the_rest_undone() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        return number if number == 0 else int(go_on.wait(10))

    results = side_by_side(work, range(1000))
    assert next(results) == 0
    threading.Timer(0.05, go_on.set).start()
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 1000
