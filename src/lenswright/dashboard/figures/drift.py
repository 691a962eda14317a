"""Figures of drift: shares in the test beside those of recent photos. Entries of `/drift` in, figure out."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.formats import UNIT_SPACE, short
from lenswright.dashboard.theme import palette, template

MOST_CLASSES = 8
LEAST_ROWS = 3
MOST_LETTERS = 18
KINDS = (("in the test", "expected", 6), ("recent photos", "seen", 0))  # name, key, colour


def class_shares(classes: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return the shares of those classes whose share changed most, one below the other."""
    shown = sorted(classes, key=lambda row: -abs(row["seen"] - row["expected"]))[:MOST_CLASSES]
    figure = go.Figure()
    for said, key, colour in KINDS:
        figure.add_bar(
            y=list(range(len(shown))),
            x=[row[key] for row in shown],
            customdata=[row["name"] for row in shown],
            orientation="h",
            name=said,
            marker={"color": palette(scheme).series[colour], "line": {"width": 0}},
            hovertemplate=f"%{{customdata}}: %{{x:.1%}} {said}<extra></extra>",
        )
    _lay_out(figure, scheme)
    names = [short(row["name"], MOST_LETTERS) for row in shown]
    rows = max(len(shown), LEAST_ROWS)  # two classes must not become four giant bars
    ticks = {"tickvals": list(range(len(shown))), "ticktext": names}
    figure.update_yaxes(range=[rows - 0.5, -0.5], showgrid=False, **ticks)
    figure.update_xaxes(rangemode="tozero", nticks=5, tickformat=".0%")
    return figure


def confidence_shares(bins: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return the shares of answers by how sure they were; the bins are drawn equally wide."""
    figure = go.Figure()
    for said, key, colour in KINDS:
        figure.add_bar(
            x=[number + 0.5 for number in range(len(bins))],
            y=[cell[key] for cell in bins],
            customdata=[bin_name(cell) for cell in bins],
            name=said,
            marker={"color": palette(scheme).series[colour], "line": {"width": 0}},
            hovertemplate=f"%{{customdata}} sure: %{{y:.1%}} {said}<extra></extra>",
        )
    _lay_out(figure, scheme)
    edges = [*(cell["low"] for cell in bins), *(cell["high"] for cell in bins[-1:])]
    figure.update_xaxes(
        range=[0, len(bins)], showgrid=False, tickangle=0, tickvals=list(range(len(edges))),
        ticktext=[f"{edge * 100:.4g}" for edge in edges], title_text=f"confidence,{UNIT_SPACE}%",
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero", nticks=4, tickformat=".0%")
    return figure


def bin_name(cell: dict[str, float]) -> str:
    """Return `up to 87 %`, `87 – 95 %` or `over 99.9 %`."""
    low, high = (f"{cell[edge] * 100:.4g}" for edge in ("low", "high"))
    if cell["low"] <= 0:
        return f"up to {high}{UNIT_SPACE}%"
    return f"over {low}{UNIT_SPACE}%" if cell["high"] >= 1 else f"{low} – {high}{UNIT_SPACE}%"


def _lay_out(figure: go.Figure, scheme: str | None) -> None:
    figure.update_layout(template=template(scheme), barmode="group", uirevision="drift", bargap=0.3)
    figure.update_layout(bargroupgap=0.08, legend={"traceorder": "normal"}, margin={"r": 24})
