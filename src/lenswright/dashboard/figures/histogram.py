"""Histograms: edges and counts in, figure out."""

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template

MOST_TICKS = 5


def histogram(found: dict[str, Any], unit: str, scheme: str | None) -> go.Figure:
    """Return one bar for each bin; `found` is {"edges": n + 1 numbers, "counts": n numbers}.

    Bins are drawn equally wide and named by their edges, which may as well be a geometric row.
    """
    edges, counts = found.get("edges") or [], found.get("counts") or []
    figure = go.Figure()
    figure.add_bar(
        x=[i + 0.5 for i in range(len(counts))],
        y=counts,
        width=1,
        customdata=[[written(low), f"{written(high)}{unit}"] for low, high in pairwise(edges)],
        marker={"color": palette(scheme).series[0], "line": {"width": 0}},
        hovertemplate="%{customdata[0]} – %{customdata[1]}: %{y:,} photos<extra></extra>",
    )
    step = max(1, -(-len(edges) // MOST_TICKS))
    at = list(range(0, len(edges), step))
    figure.update_layout(template=template(scheme), uirevision="histogram", bargap=0.08, showlegend=False)
    figure.update_xaxes(
        showgrid=False, tickvals=at, ticktext=[f"{written(edges[i])}{unit}" for i in at], tickangle=0
    )
    figure.update_yaxes(nticks=4, tickformat=",", rangemode="tozero")
    return figure


def written(value: float) -> str:
    """Return `0.67`, `48`, `1.2k`, `3.4M`: about two digits, as an axis has room for."""
    for least, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= least:
            return f"{value / least:.1f}".removesuffix(".0") + letter
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
