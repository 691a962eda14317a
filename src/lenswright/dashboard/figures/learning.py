"""The learning curve: accuracy by number of photos, as the last check measured it, in; figure out."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template

LEAST_SPAN = 0.1  # of accuracy: a flat curve is to look flat


def learning_curve(points: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return accuracy over the number of photos learned from; `points` are {"photos", "accuracy"}."""
    ordered = sorted(points, key=lambda point: point["photos"])
    colours = palette(scheme)
    figure = go.Figure()
    figure.add_scatter(
        x=[point["photos"] for point in ordered],
        y=[point["accuracy"] for point in ordered],
        mode="lines+markers",
        line={"color": colours.ramp[0], "width": 2},
        marker={"size": 6},
        hovertemplate="%{x:,} photos: %{y:.1%}<extra></extra>",
    )
    figure.update_layout(template=template(scheme), uirevision="learning", showlegend=False)
    figure.update_xaxes(title={"text": "photos learned from"}, rangemode="tozero", nticks=6, tickformat=",")
    figure.update_yaxes(tickformat=".0%", nticks=6, range=_span([point["accuracy"] for point in ordered]))
    return figure


def _span(accuracies: list[float]) -> tuple[float, float] | None:
    """Return the part of 0..1 to show: all of them with some room, never less than `LEAST_SPAN`."""
    if not accuracies:
        return None
    low, high = min(accuracies), max(accuracies)
    room = max(0.1 * (high - low), (LEAST_SPAN - (high - low)) / 2)
    top = min(1.005, high + room)
    return max(0.0, min(low - room, top - LEAST_SPAN)), top
