"""Training curves: epochs in, figure out. Validation is the strong line, training the faint one."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template


def curves(history: list[dict[str, Any]], quantity: str, scheme: str | None) -> go.Figure:
    """Return `quantity` (`accuracy` or `loss`) per epoch for training and validation photos."""
    colours = palette(scheme)
    as_share = quantity == "accuracy"
    figure = go.Figure()
    for key, name, colour in (
        (quantity, "training", colours.ramp[2]),
        (f"val_{quantity}", "validation", colours.ramp[0]),
    ):
        figure.add_scatter(
            x=[record.get("epoch") for record in history],
            y=[record.get(key) for record in history],
            name=name,
            mode="lines+markers" if len(history) < 30 else "lines",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:.1%}" if as_share else "%{y:.4f}",
        )
    figure.update_layout(
        template=template(scheme), hovermode="x unified", uirevision=quantity, showlegend=True
    )
    figure.update_xaxes(showgrid=False, rangemode="tozero", nticks=8, tickformat="d")
    figure.update_yaxes(nticks=5)
    if as_share:
        figure.update_yaxes(tickformat=".0%")
    if not history:
        _not_yet(figure, colours.muted)
    return figure


def _not_yet(figure: go.Figure, colour: str) -> None:
    """Say that the curve is to come, instead of axes that mean nothing."""
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    centre = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    figure.add_annotation(text="begins with the first epoch", font={"color": colour, "size": 12}, **centre)
