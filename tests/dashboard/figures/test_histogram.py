from lenswright.dashboard.figures.histogram import histogram


def test_bars_stand_between_their_edges() -> None:
    bars = histogram({"edges": [0, 10, 30], "counts": [4, 2]}, " px", "light").data[0]
    assert (list(bars.x), list(bars.width), list(bars.y)) == ([5, 20], [10, 20], [4, 2])
    assert list(bars.customdata[1]) == ["10", "30 px"]


def test_nothing_measured_is_an_empty_figure() -> None:
    assert len(histogram({"edges": [], "counts": []}, "", None).data[0].y) == 0
