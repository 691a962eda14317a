"""Histograms: edges and counts in, figure out."""

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.theme import palette, template


def histogram(found: dict[str, Any], unit: str, scheme: str | None) -> go.Figure:
    """Return one bar for each bin; `found` is {"edges": n + 1 numbers, "counts": n numbers}."""
    edges, counts = found.get("edges") or [], found.get("counts") or []
    bins = list(pairwise(edges))
    figure = go.Figure()
    figure.add_bar(
        x=[(low + high) / 2 for low, high in bins],
        y=counts,
        width=[high - low for low, high in bins],
        customdata=[[f"{low:,.4g}", f"{high:,.4g}{unit}"] for low, high in bins],
        marker={"color": palette(scheme).series[0], "line": {"width": 0}},
        hovertemplate="%{customdata[0]} – %{customdata[1]}: %{y:,} photos<extra></extra>",
    )
    figure.update_layout(template=template(scheme), uirevision="histogram", bargap=0.08, showlegend=False)
    figure.update_xaxes(showgrid=False, nticks=5, ticksuffix=unit)
    figure.update_yaxes(nticks=4, tickformat=",", rangemode="tozero")
    return figure
