"""Training curves: epochs in, figure out. Validation is the strong line, training the faint one.

A run may learn in stages, each counted from its first epoch again: the head, the backbone, the head once
more. They stand side by side, parted by a dotted line.
"""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template


def curves(history: list[dict[str, Any]], quantity: str, scheme: str | None) -> go.Figure:
    """Return `quantity` (`accuracy` or `loss`) per epoch for training and validation photos."""
    colours = palette(scheme)
    as_share = quantity == "accuracy"
    figure = go.Figure()
    drawn = parted(history)
    epoch = " in epoch %{customdata}" if len(drawn) > len(history) else ""
    for key, name, colour in (
        (quantity, "training", colours.ramp[2]),
        (f"val_{quantity}", "validation", colours.ramp[0]),
    ):
        figure.add_scatter(
            x=[position for position, _ in drawn],
            y=[record.get(key) for _, record in drawn],
            customdata=[record.get("epoch") for _, record in drawn],
            connectgaps=False,
            name=name,
            mode="lines+markers" if len(history) < 30 else "lines",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=("%{y:.1%}" if as_share else "%{y:.4f}") + epoch,
        )
    figure.update_layout(
        template=template(scheme), hovermode="x unified", uirevision=quantity, showlegend=True
    )
    for position, record in drawn:
        if not record:
            figure.add_vline(x=position, line={"color": colours.muted, "width": 1, "dash": "dot"})
    figure.update_xaxes(showgrid=False, rangemode="tozero", nticks=8, tickformat="d")
    figure.update_yaxes(nticks=5)
    if as_share:
        figure.update_yaxes(tickformat=".0%")
    if not history:
        _not_yet(figure, colours.muted)
    return figure


def parted(history: list[dict[str, Any]]) -> list[tuple[float, dict[str, Any]]]:
    """Return (position, record) with an empty record between two stages, where the count begins again."""
    placed: list[tuple[float, dict[str, Any]]] = []
    start = 0  # what is added to the epochs of the present stage
    for before, record in zip([{}, *history], history, strict=False):
        if before and record["epoch"] <= before["epoch"]:
            start += before["epoch"] + 1 - record["epoch"]
            placed.append((start + record["epoch"] - 0.5, {}))
        placed.append((start + record["epoch"], record))
    return placed


def _not_yet(figure: go.Figure, colour: str) -> None:
    """Say that the curve is to come, instead of axes that mean nothing."""
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    centre = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    figure.add_annotation(text="begins with the first epoch", font={"color": colour, "size": 12}, **centre)
