"""Advice: what more photos would bring, which classes gain, which are confused; and how the photos spread."""

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, figure_of, go_to, loading, table
from lenswright.dashboard.figures.histogram import histogram
from lenswright.dashboard.figures.learning import learning_curve
from lenswright.dashboard.pages.tile import problem_words
from lenswright.errors import ApiRefused

MOST_ROWS = 20
HISTOGRAMS = (
    ("brightness", "Brightness", ""),
    ("sharpness", "Sharpness", ""),
    ("width", "Width", " px"),
    ("height", "Height", " px"),
    ("aspect", "Width / height", ""),
    ("size_bytes", "Size of the file", "B"),
)
GAIN = "points of recall that half as many photos again may bring"


def section(_query: Json) -> html.Div:
    """Return the places of the advice and of the distribution."""
    spread = card(
        html.Div(loading(4), id="distribution", className="live"),
        title="How the photos spread",
        aside=html.Span(id="distribution-aside"),
    )
    stores = [dcc.Store(id="advised"), dcc.Store(id="distributed")]
    return html.Div(
        [*stores, html.Div(card(loading(4)), id="advice", className="live"), spread], className="stack"
    )


def fetch(api: ApiClient, facts: Json | None, _edited: Json | None) -> tuple[Any, Any]:
    """Return the advice, {} before the first check, and the distribution."""
    if not facts or not facts["reachable"]:
        return no_update, no_update
    try:
        advice = api.data.advice(facts["task"])
    except ApiRefused as exc:
        if exc.status != 404:
            raise
        advice = {}
    return advice, api.data.distribution(facts["task"])


def show(advice: Json | None, scheme: str | None) -> Any:
    """Return sentences, learning curve, classes and pairs, or how to get there."""
    if advice is None:
        return no_update
    if not advice:
        words = "A check of the data says where more photos would help most, and what is confused with what."
        return card(empty("question", "No advice yet", words, go_to("Check the data", "/data?tab=work")))
    told = [html.P(marked(sentence)) for sentence in advice.get("words") or []]
    aside = html.Span(f"checked {formats.ago(advice.get('checked_at'))}")
    curve = advice.get("curve") or []
    drawn = [figure_of(learning_curve(curve, scheme), 240, "Accuracy by number of photos")] if curve else []
    first = card(*told, *drawn, title="What would help", aside=aside, className="stack")
    return html.Div(
        [first, html.Div([_classes(advice), _pairs(advice)], className="grid two")], className="stack"
    )


def marked(sentence: str) -> list[Any]:
    """Return the sentence with what stands between backticks in bold: names of classes."""
    parts = sentence.split("`")
    return [html.Strong(part) if i % 2 else part for i, part in enumerate(parts) if part]


def _classes(advice: Json) -> Any:
    ranked = sorted(advice.get("classes") or [], key=lambda row: -(row.get("gain") or 0))[:MOST_ROWS]
    rows = [
        [
            row["label"],
            formats.count(row["photos"]),
            formats.percent(row.get("recall")),
            html.Strong(formats.points(row.get("gain")).removesuffix(" points")),
        ]
        for row in ranked
    ]
    heads = ["Class", "Photos", "Recall", "Gain"]
    aside = html.Span("in points", title=GAIN)
    return card(table(heads, rows, numeric=range(1, 4)), title="More photos of these", aside=aside)


def _pairs(advice: Json) -> Any:
    pairs = (advice.get("pairs") or [])[:MOST_ROWS]
    if not pairs:
        return card(html.P("No two classes are confused.", className="muted"), title="Confused")
    rows = [[row["truth"], row["predicted"], formats.count(row["count"])] for row in pairs]
    return card(table(["It is", "Taken for", "Photos"], rows, numeric=range(2, 3)), title="Confused")


def spread(found: Json | None, scheme: str | None) -> tuple[Any, Any]:
    """Return the histograms with the problems under them, and what could not be measured."""
    if found is None:
        return no_update, no_update
    drawn = [
        html.Div([html.H3(title), figure_of(histogram(found[name], unit, scheme), 130, title)])
        for name, title, unit in HISTOGRAMS
        if any((found.get(name) or {}).get("counts") or [])
    ]
    if not drawn:
        return empty("photo", "Nothing to measure yet", "Add photos first."), ""
    unmeasured = found.get("unmeasured") or 0
    aside = f"{formats.plural(unmeasured, 'photo')} not measured yet: check the data" if unmeasured else ""
    problems = {code: n for code, n in (found.get("problems") or {}).items() if n}
    links = [
        dcc.Link(
            f"{problem_words(code)} {formats.count(n)}",
            href=f"/data?tab=photos&problem={code}",
            className="chip",
        )
        for code, n in problems.items()
    ]
    grid = html.Div(drawn, className="grid three histograms")
    return html.Div([grid, html.Div(links, className="chips")], className="stack"), aside


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the advice."""
    scheme = Input("scheme", "data")
    app.callback(
        Output("advised", "data"),
        Output("distributed", "data"),
        Input("facts", "data"),
        Input("edited", "data"),
    )(bound(fetch))
    app.callback(Output("advice", "children"), Input("advised", "data"), scheme)(show)
    app.callback(
        Output("distribution", "children"),
        Output("distribution-aside", "children"),
        Input("distributed", "data"),
        scheme,
    )(spread)
