"""The reliability chart: how often the model is right when it says how sure it is."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template


def reliability(
    bins: list[dict[str, Any]], scheme: str | None, before: list[dict[str, Any]] | None = None
) -> go.Figure:
    """Return accuracy over stated confidence per bin; on the diagonal, confidence is to be believed.

    `before`: the bins before temperature scaling, drawn fainter.
    """
    colours = palette(scheme)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="perfect",
        line={"color": colours.muted, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    if before:
        _add(figure, before, "before scaling", colours.ramp[2])
    _add(figure, bins, "as it answers" if before else "this model", colours.series[0])
    figure.update_layout(template=template(scheme), uirevision="reliability", showlegend=True)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", title_text="stated confidence")
    figure.update_yaxes(range=[0, 1.05], tickformat=".0%", title_text="share of right answers")
    return figure


def _add(figure: go.Figure, bins: list[dict[str, Any]], name: str, colour: str) -> None:
    filled = [row for row in bins if row.get("count")]
    most = max((row["count"] for row in filled), default=1)
    figure.add_scatter(
        x=[row["confidence"] for row in filled],
        y=[row["accuracy"] for row in filled],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 2},
        marker={"size": [6 + 14 * (row["count"] / most) ** 0.5 for row in filled]},
        customdata=[row["count"] for row in filled],
        hovertemplate="says %{x:.1%}, is right %{y:.1%}<br>%{customdata:,} photos<extra></extra>",
    )
