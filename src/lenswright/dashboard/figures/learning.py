"""The learning curve: accuracy by number of photos, as the last check measured it, in; figure out."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template


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
    figure.update_yaxes(tickformat=".0%", nticks=5)
    return figure
