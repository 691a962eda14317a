"""ROC and precision-recall curves of a report in, figures out; one class against the rest."""

from typing import Any

import plotly.graph_objects as go

from lenswright.dashboard.formats import short
from lenswright.dashboard.theme import palette, template

MOST_NAMED = 6  # curves with a colour and a name; of more, only the mean has them
MOST_LETTERS = 24


def roc(curves: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return recall over the false positive rate; on the diagonal, the order is chance."""
    figure = _figure(curves, scheme, ("false positive rate", "recall"))
    guide = {"color": palette(scheme).muted, "width": 1, "dash": "dot"}
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line=guide, name="chance", hoverinfo="skip", showlegend=False
    )
    return figure


def precision_recall(curves: list[dict[str, Any]], scheme: str | None) -> go.Figure:
    """Return precision over recall."""
    return _figure(curves, scheme, ("recall", "precision"))


def _figure(curves: list[dict[str, Any]], scheme: str | None, axes: tuple[str, str]) -> go.Figure:
    colours, few = palette(scheme), len(curves) <= MOST_NAMED
    figure = go.Figure()
    for index, curve in reversed(list(enumerate(curves))):  # the mean, which is the first, on top
        strong = few or curve["label"] is None
        name = curve["label"] or "mean of all classes"
        figure.add_scatter(
            x=[x for x, _ in curve["points"]],
            y=[y for _, y in curve["points"]],
            mode="lines",
            name=f"{short(name, MOST_LETTERS)} ({curve['area']:.3f})",
            line={"color": colours.series[index] if strong else colours.muted, "width": 2 if strong else 1},
            opacity=1 if strong else 0.45,
            showlegend=strong,
            legendrank=index,
            hovertemplate=f"%{{fullData.name}}<br>{axes[0]} %{{x:.1%}}, {axes[1]} %{{y:.1%}}<extra></extra>",
        )
    figure.update_layout(template=template(scheme), uirevision=axes[1], showlegend=True)
    figure.update_xaxes(range=[-0.01, 1.02], tickformat=".0%", nticks=6, title_text=axes[0])
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%", nticks=6, title_text=axes[1])
    return figure
