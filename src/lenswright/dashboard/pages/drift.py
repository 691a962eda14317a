"""The card about drift on the Overview: are recent photos like those the model was tested on?"""

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import blank, card, chart
from lenswright.dashboard.figures.drift import class_shares, confidence_shares

VERDICTS = {
    "same": ("As in the test", "good"),
    "shifted": ("Somewhat different", "warning"),
    "drifted": ("Different", "bad"),
    "not_enough_traffic": ("Too few to tell", ""),
    "no_reference": ("Cannot tell", ""),
}
SPLITS = {"validation": "validation photos", "test": "test photos"}
HIDDEN = "hidden"


def section() -> html.Section:
    """Return the card, hidden until there is something to say."""
    charts = [
        html.Div([html.H3("Classes"), chart("drift-classes", 210, "Classes, expected and seen")]),
        html.Div(
            [html.H3("How sure it was"), chart("drift-confidence", 210, "Confidence, expected and seen")]
        ),
    ]
    return card(
        html.Div(id="drift-said", className="stack"),
        html.Div(charts, className=HIDDEN, id="drift-charts"),
        title="Recent photos and those of the test",
        aside=html.Span(id="drift-verdict", className="live"),
        id="drift",
        className=HIDDEN,
    )


def said(live: Json) -> tuple[Any, Any, str]:
    """Return the verdict, what is said of it, and the class of the card."""
    drift = (live["status"] or {}).get("drift") or {}
    if drift.get("verdict") not in VERDICTS:
        return None, None, f"card {HIDDEN}"
    words, kind = VERDICTS[drift["verdict"]]
    lines = [html.P(drift["summary"]), *(html.P(drift[name]) for name in ("note", "advice") if drift[name])]
    if drift["reference"] and drift["classes"]:
        lines.append(html.P(_basis(drift), className="muted"))
    return html.Span(words, className=f"pill small {kind}"), lines, "card"


def _basis(drift: Json) -> str:
    """Return what was compared, for those who want to know."""
    reference, parts = drift["reference"], []
    for name in ("confidence", "distance"):
        measure = drift[name]
        if measure:
            value, limit = (formats.number(measure[key], 2) for key in ("value", "shifted_from"))
            parts.append(f"{name} {measure['statistic'].upper()} {value} (limit {limit})")
    return (
        f"{formats.plural(drift['photos'], 'answer')} since {formats.moment(drift['since'])}, against"
        f" {formats.count(reference['photos'])} {SPLITS[reference['split']]}: {', '.join(parts)}."
    )


def charts(live: Json, scheme: str | None) -> tuple[Any, Any, str]:
    """Return both figures and the class of their place."""
    drift = (live["status"] or {}).get("drift") or {}
    if not drift.get("classes"):
        return blank(), blank(), HIDDEN
    shares = class_shares(drift["classes"], scheme), confidence_shares(drift["confidence_bins"], scheme)
    return *shares, "grid two"


def register(app: Dash, _bound: Callable[..., Any]) -> None:
    """Register the callbacks of this card."""
    app.callback(
        Output("drift-verdict", "children"),
        Output("drift-said", "children"),
        Output("drift", "className"),
        Input("live", "data"),
    )(said)
    app.callback(
        Output("drift-classes", "figure"),
        Output("drift-confidence", "figure"),
        Output("drift-charts", "className"),
        Input("live", "data"),
        Input("scheme", "data"),
    )(charts)
