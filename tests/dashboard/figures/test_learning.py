import pytest

from lenswright.dashboard.figures.learning import learning_curve


def test_the_curve_goes_from_few_photos_to_many() -> None:
    points = [{"photos": 200, "accuracy": 0.9}, {"photos": 50, "accuracy": 0.7}]
    line = learning_curve(points, "dark").data[0]
    assert (list(line.x), list(line.y)) == ([50, 200], [0.7, 0.9])


def test_a_flat_curve_looks_flat() -> None:
    points = [{"photos": 10, "accuracy": 0.981}, {"photos": 20, "accuracy": 0.984}]
    low, high = learning_curve(points, "light").layout.yaxis.range
    assert high - low == pytest.approx(0.1)
    assert low < 0.981 < 0.984 < high
