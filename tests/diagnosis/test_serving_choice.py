"""The arithmetic that chooses, from measurements that are given."""

from collections.abc import Sequence

import pytest

from lenswright.diagnosis.serving_choice import Measured, choose, levels, together


def rows(*rates: float, network: str = "model.onnx") -> list[Measured]:
    """Return measurements at 1, 2, 3... at once."""
    return [Measured(network, at_once, rate, 1.0, 2.0) for at_once, rate in enumerate(rates, start=1)]


def values(measured: Sequence[Measured], network: str = "model.onnx") -> list[int]:
    return [choice.value for choice in choose(measured, network)]


@pytest.mark.parametrize(
    ("cpus", "tried"),
    [
        (1, [1, 2]),
        (2, [1, 2, 3, 4]),
        (4, [1, 2, 4, 6, 8]),
        (6, [1, 2, 4, 6, 9, 12]),
        (64, [1, 2, 4, 8, 16, 32, 64, 96, 128]),
    ],
)
def test_up_to_twice_the_cpus_are_tried(cpus: int, tried: list[int]) -> None:
    assert levels(cpus) == tried


def test_the_fewest_at_once_that_are_nearly_the_fastest_are_chosen() -> None:
    assert values(rows(100, 190, 195, 199)) == [2, 133, 143]
    assert values(rows(100, 180, 195, 199))[0] == 3
    assert values(rows(100, 90, 80, 70))[0] == 1


def test_only_the_network_that_serves_counts() -> None:
    measured = [*rows(10, 20), *rows(40, 30, network="model.int8.onnx")]
    assert values(measured, "model.int8.onnx")[0] == 1
    assert values(measured)[0] == 2


def test_a_full_queue_is_cleared_within_a_second_and_has_a_thread_for_each_that_waits() -> None:
    for rate in (0.5, 5, 50, 200, 5_000):
        concurrent, queue, threads = values(rows(rate))
        assert 1 <= queue <= max(1, rate)
        assert max(16, concurrent + queue) <= threads <= 256


def test_each_setting_says_why() -> None:
    why = [choice.why for choice in choose(rows(100, 190, 195), "model.onnx")]
    assert why == [
        "190 photos/s, p99 2 ms; 3 at once bring 195, p99 2 ms",
        "cleared in 1.0 s at 133 requests/s, 70% of the rate without HTTP",
        "each prediction holds one: 2 in work, 133 waiting, the others to spare",
    ]
    assert choose(rows(100), "model.onnx")[0].why == "100 photos/s, p99 2 ms: the most"


def test_of_several_turns_the_median_counts() -> None:
    turns = [Measured("a", 1, rate, rate / 10, rate * 2) for rate in (100.0, 10.0, 90.0)]
    other = Measured("a", 2, 5.0, 1.0, 2.0)
    assert together([turns[0], other, *turns[1:]]) == [Measured("a", 1, 90.0, 9.0, 180.0), other]
