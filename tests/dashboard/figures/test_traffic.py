import plotly.graph_objects as go

from lenswright.dashboard.figures.traffic import latency, throughput

NOW = 1_000_000.0
SERIES = [
    {
        "t": NOW - 10,
        "requests": 40,
        "predictions": 15,
        "errors": 5,
        "p50_ms": 11.0,
        "p95_ms": 20.0,
        "p99_ms": 40.0,
    },
    {
        "t": NOW - 5,
        "requests": 3,
        "predictions": 0,
        "errors": 0,
        "p50_ms": None,
        "p95_ms": None,
        "p99_ms": None,
    },
]


def test_latency_has_one_line_per_quantile_with_gaps_where_nothing_was_asked() -> None:
    figure = latency(SERIES, 300, NOW, "light")
    assert [trace.name for trace in figure.data] == ["p50", "p95", "p99"]
    assert list(figure.data[0].y) == [11.0, None]
    assert list(figure.data[0].x) == [-10, -5]


def test_throughput_counts_predictions_and_failures_per_second() -> None:
    answered, errors = throughput(SERIES, 300, NOW, "dark").data
    assert (list(answered.y), list(errors.y)) == ([3.0, 0.0], [1.0, 0.0])


def test_times_may_be_iso_texts() -> None:
    figure = latency([{**SERIES[0], "t": "1970-01-12T13:46:30Z"}], 300, NOW, None)
    assert list(figure.data[0].x) == [-10]


def test_the_axis_does_not_move_with_the_data() -> None:
    ranges = [tuple(latency(series, 300, NOW, None).layout.xaxis.range) for series in (SERIES, [])]
    assert ranges[0] == ranges[1] == (-300, 5)


def test_an_empty_window_is_a_figure_too() -> None:
    assert isinstance(throughput([], 300, NOW, None), go.Figure)
