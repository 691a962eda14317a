from lenswright.dashboard.figures.reliability import reliability

BINS = [
    {"low": 0.8, "high": 0.9, "count": 0, "confidence": 0.0, "accuracy": 0.0},
    {"low": 0.9, "high": 1.0, "count": 40, "confidence": 0.97, "accuracy": 0.95},
]


def test_empty_bins_are_not_points() -> None:
    _, model = reliability(BINS, "light").data
    assert (list(model.x), list(model.y)) == ([0.97], [0.95])


def test_a_report_without_bins_shows_the_diagonal_only() -> None:
    perfect, model = reliability([], None).data
    assert list(perfect.x) == [0, 1]
    assert not model.x


def test_the_bins_before_scaling_are_a_second_line() -> None:
    bins = [{"confidence": 0.9, "accuracy": 0.8, "count": 5}]
    names = [line.name for line in reliability(bins, None, bins).data]
    assert names == ["perfect", "before scaling", "as it answers"]
    assert len(reliability(bins, None, []).data) == 2
