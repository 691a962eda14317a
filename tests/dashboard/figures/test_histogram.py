import pytest

from lenswright.dashboard.figures.histogram import histogram, written


def test_bins_of_any_width_are_drawn_alike_and_named_by_their_edges() -> None:
    figure = histogram({"edges": [1, 10, 100], "counts": [4, 2]}, " px", "light")
    bars = figure.data[0]
    assert (list(bars.x), list(bars.y)) == ([0.5, 1.5], [4, 2])
    assert list(bars.customdata[1]) == ["10", "100 px"]
    assert figure.layout.xaxis.ticktext == ("1 px", "10 px", "100 px")


def test_an_axis_has_few_names() -> None:
    many = histogram({"edges": list(range(21)), "counts": [1] * 20}, "", "dark")
    assert many.layout.xaxis.ticktext == ("0", "5", "10", "15", "20")


def test_nothing_measured_is_an_empty_figure() -> None:
    assert len(histogram({"edges": [], "counts": []}, "", None).data[0].y) == 0


@pytest.mark.parametrize(
    ("value", "text"), [(0.666, "0.67"), (3, "3"), (47.6, "48"), (1180, "1.2k"), (2e6, "2M"), (0, "0")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert written(value) == text
