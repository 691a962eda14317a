"""Figures of the last minutes: latency and throughput. Window series in, Plotly figure out; no HTTP."""

from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.formats import parse_time
from lenswright.dashboard.theme import palette, template

BUCKET_S = 5
QUANTILES = (("p50_ms", "p50"), ("p95_ms", "p95"), ("p99_ms", "p99"))


def latency(series: list[dict[str, Any]], span_s: float, now: float, scheme: str | None) -> go.Figure:
    """Return p50, p95 and p99 in ms over the last `span_s` seconds before `now` (epoch seconds)."""
    ages = _ages(series, now)
    figure = go.Figure()
    for (key, name), colour in zip(QUANTILES, palette(scheme).ramp, strict=True):
        figure.add_scatter(
            x=ages,
            y=[bucket.get(key) for bucket in series],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:.1f} ms",
        )
    figure.update_yaxes(ticksuffix=" ms")
    return _over_time(figure, span_s, scheme)


def throughput(series: list[dict[str, Any]], span_s: float, now: float, scheme: str | None) -> go.Figure:
    """Return predictions and failures per second, in buckets of five seconds."""
    ages, colours = _ages(series, now), palette(scheme).series
    errors = [bucket.get("errors", 0) for bucket in series]
    answered = [bucket.get("predictions", 0) for bucket in series]  # polls and thumbnails are no work
    figure = go.Figure()
    for name, values, colour in (("predictions", answered, colours[0]), ("errors", errors, colours[1])):
        figure.add_bar(
            x=ages,
            y=[value / BUCKET_S for value in values],
            name=name,
            width=BUCKET_S * 0.8,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate="%{y:.1f} /s",
        )
    figure.update_layout(barmode="stack")
    return _over_time(figure, span_s, scheme)


def _over_time(figure: go.Figure, span_s: float, scheme: str | None) -> go.Figure:
    """Lay a fixed axis of minutes under the traces, so that a refresh moves the data and nothing else."""
    minutes = range(int(span_s // 60), 0, -1)
    figure.update_layout(template=template(scheme), hovermode="x", uirevision="traffic", showlegend=False)
    figure.update_xaxes(
        range=[-span_s, BUCKET_S],
        tickvals=[-60 * minute for minute in minutes] + [0],
        ticktext=[f"−{minute} min" for minute in minutes] + ["now"],
        showgrid=False,
    )
    figure.update_yaxes(rangemode="tozero", nticks=5)
    return figure


def _ages(series: list[dict[str, Any]], now: float) -> list[float]:
    """Return when each bucket was, in seconds relative to `now` (so: zero or below)."""
    return [_epoch(bucket.get("t")) - now for bucket in series]


def _epoch(t: Any) -> float:
    if isinstance(t, int | float):
        return float(t)
    moment: datetime | None = parse_time(t)
    return moment.timestamp() if moment else 0.0
