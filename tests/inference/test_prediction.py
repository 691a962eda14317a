"""How uncertain an answer is, and how new a photo."""

import pytest

from lenswright.inference.prediction import novelty_of, uncertainty_of


@pytest.mark.parametrize(
    ("confidence", "classes", "expected"),
    [(1.0, 2, 0.0), (0.5, 2, 1.0), (0.75, 2, 0.5), (0.01, 100, 1.0), (0.5, 100, 0.505), (1.0, 1, 0.0),
     (0.3, 2, 1.0), (1.0 + 1e-7, 2, 0.0)],
)  # fmt: skip
def test_uncertainty_is_1_for_a_guess_and_0_when_sure(
    confidence: float, classes: int, expected: float
) -> None:
    assert uncertainty_of(confidence, classes) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("distance", "limit", "expected"),
    [(0.0, 0.4, 0.0), (0.2, 0.4, 0.25), (0.4, 0.4, 0.5), (0.8, 0.4, 1.0), (2.0, 0.4, 1.0), (-1e-7, 0.4, 0.0),
     (None, 0.4, 0.5), (0.3, None, 0.5), (0.3, 0.0, 1.0), (0.0, 0.0, 0.0)],
)  # fmt: skip
def test_novelty_is_a_half_where_unknown_begins(
    distance: float | None, limit: float | None, expected: float
) -> None:
    assert novelty_of(distance, limit) == pytest.approx(expected)
