"""Figures by class: what was answered, what the data set holds, how well each class is told apart."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.formats import short
from lenswright.dashboard.theme import palette, template

MOST_BARS = 8
LEAST_ROWS = 6
MOST_LETTERS = 18
MOST_NAMED = 14  # more classes than this: thin columns, named on hover
SPLITS = (("train", 0), ("validation", 5), ("test", 4), ("unused", 6))
ROW_PX = 30


def class_mix(counts: Mapping[str, int], scheme: str | None) -> go.Figure:
    """Return the answers per class as bars, the most frequent on top, the tail summed up as `others`."""
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    named, tail = ranked[:MOST_BARS], ranked[MOST_BARS:]
    if tail:
        named.append((f"{len(tail)} others", sum(n for _, n in tail)))
    total = sum(counts.values()) or 1
    figure = go.Figure()
    figure.add_bar(
        y=[short(name, MOST_LETTERS) for name, _ in named],
        customdata=[name for name, _ in named],
        x=[n for _, n in named],
        orientation="h",
        text=[f"{n:,} · {n / total:.0%}" for _, n in named],
        textposition="outside",
        cliponaxis=False,
        marker={"color": palette(scheme).series[0]},
        hovertemplate="%{customdata}: %{x:,}<extra></extra>",
    )
    figure.update_layout(template=template(scheme), uirevision="mix", bargap=0.4, margin={"r": 90})
    figure.update_xaxes(visible=False, rangemode="tozero")
    rows = max(len(named), LEAST_ROWS)  # two classes must not become two giant bars
    figure.update_yaxes(range=[rows - 0.5, -0.5], showgrid=False)
    return figure


def dataset_height_px(n_classes: int) -> int:
    """Return the height `photos_per_class` needs to be read without scrolling."""
    return 70 + ROW_PX * max(2, n_classes) if n_classes <= MOST_NAMED else 260


def photos_per_class(classes: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return the photos of each class, stacked by split; rows when few, thin sorted columns when many."""
    few = len(classes) <= MOST_NAMED
    ordered = sorted(classes, key=lambda row: -row.get("total", 0))
    names, colours = [row["label"] for row in ordered], palette(scheme).series
    figure = go.Figure()
    for split, colour in SPLITS:
        values = [row.get(split, 0) for row in ordered]
        if split == "unused" and not any(values):
            continue
        figure.add_bar(
            x=values if few else names,
            y=names if few else values,
            orientation="h" if few else "v",
            name=split,
            marker={"color": colours[colour], "line": {"width": 0}},
            hovertemplate=("%{y}: %{x:,}" if few else "%{x}: %{y:,}") + f" {split}<extra></extra>",
        )
    figure.update_layout(template=template(scheme), barmode="stack", uirevision="dataset")
    figure.update_layout(bargap=0.4 if few else 0.15, legend={"traceorder": "normal"})
    if few:
        figure.update_yaxes(autorange="reversed", showgrid=False)
        figure.update_xaxes(rangemode="tozero", nticks=6, tickformat=",")
    else:
        figure.update_xaxes(showticklabels=False, showgrid=False)
        figure.update_yaxes(rangemode="tozero", nticks=5, tickformat=",")
    return figure


def scores(per_class: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return F1 per class, the weakest first: rows when few, thin columns when many."""
    ordered = sorted(per_class, key=lambda row: row.get("f1") or 0.0)
    names = [str(row.get("label", row.get("class"))) for row in ordered]
    values = [row.get("f1") or 0.0 for row in ordered]
    few = len(ordered) <= MOST_NAMED
    figure = go.Figure()
    figure.add_bar(
        x=values if few else names,
        y=names if few else values,
        orientation="h" if few else "v",
        text=[f"{value:.3f}" for value in values] if few else None,
        textposition="outside",
        cliponaxis=False,
        marker={"color": palette(scheme).series[0], "line": {"width": 0}},
        hovertemplate="%{y}: F1 %{x:.3f}<extra></extra>" if few else "%{x}: F1 %{y:.3f}<extra></extra>",
    )
    figure.update_layout(template=template(scheme), uirevision="scores", bargap=0.4 if few else 0.15)
    value_axis, name_axis = ("xaxis", "yaxis") if few else ("yaxis", "xaxis")
    figure.update_layout({value_axis: {"range": [0, 1.08 if few else 1], "nticks": 6}})
    figure.update_layout({name_axis: {"showgrid": False, "showticklabels": few}})
    if few:
        figure.update_yaxes(autorange="reversed")
    return figure
