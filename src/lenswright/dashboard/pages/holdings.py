"""What there is to learn from, in numbers: classes, splits, problems, what is new, what is to be reviewed."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import GRAPH_CONFIG, blank, card, empty, loading, notice, table
from lenswright.dashboard.figures.classes import dataset_height_px, photos_per_class
from lenswright.dashboard.pages import upload
from lenswright.dashboard.pages.tile import SPLITS

PROBLEMS_SHOWN = 12
COLUMNS = ["Class", "Train", "Validation", "Test", "All"]
SINCE = (("new", "new"), ("relabelled", "corrected"), ("removed", "removed"))


def section(_query: Json) -> html.Div:
    """Return the upload beside the counts."""
    chart = dcc.Graph(id="dataset-chart", figure=blank(), config=GRAPH_CONFIG, style={"height": "260px"})
    counts = card(
        html.Div([html.Div(loading(4), id="dataset-table"), html.Div(chart, id="dataset-chart-wrap")]),
        title="Photos per class",
        aside=html.Span(id="dataset-aside"),
        className="live",
    )
    parts = [
        html.Div(id="dataset-news", className="news live"),
        html.Div(id="dataset-problems", className="stack"),
        html.Div([upload.section(), counts], className="grid side"),
    ]
    return html.Div(parts, className="stack")


def describe(dataset: Json | None) -> tuple[Any, ...]:
    """Return news, problems, table and aside."""
    if dataset is None:
        return (no_update,) * 4
    classes = dataset["classes"]
    problems = [notice("warning", row["message"]) for row in dataset.get("problems", [])] if classes else []
    hidden = len(problems) - PROBLEMS_SHOWN
    if hidden > 0:
        problems = [*problems[:PROBLEMS_SHOWN], notice("warning", f"and {hidden} more like these")]
    splits = dataset.get("splits") or {}
    aside = " · ".join(f"{split} {formats.count(splits[split])}" for split in SPLITS if splits.get(split))
    return news(dataset), problems, _class_table(classes), aside if classes else ""


def news(dataset: Json) -> list[Any]:
    """Return what is new since the champion learned, and what waits to be reviewed, if there is anything."""
    since = dataset.get("since_champion") or {}
    changed = [f"{formats.count(since[key])} {word}" for key, word in SINCE if since.get(key)]
    shown: list[Any] = []
    if changed:
        words = [html.Strong("Since the champion: "), ", ".join(changed), "."]
        shown.append(html.Div([*words, " ", dcc.Link("Train again", href="/training")]))
    waiting = dataset.get("to_review") or 0
    if waiting:
        words = [html.Strong(formats.count(waiting)), " to review. "]
        shown.append(html.Div([*words, dcc.Link("Look through them", href="/data?tab=review")]))
    return shown


def _class_table(classes: list[Json]) -> Any:
    if not classes:
        text = "Name a class, drop its photos, and repeat for each class. It takes at least two."
        return empty("data", "No photos with a label yet", text)
    fields = ("train", "validation", "test", "total")
    ordered = sorted(classes, key=lambda row: -row["total"])
    rows = [[row["label"], *(formats.count(row.get(field)) for field in fields)] for row in ordered]
    return table(COLUMNS, rows, numeric=range(1, 5))


def draw(dataset: Json | None, scheme: str | None) -> tuple[go.Figure, Json, str]:
    """Return the chart, its height and the class that hides it while there is nothing to draw."""
    classes = (dataset or {}).get("classes") or []
    if not classes:
        return blank(), {"height": "260px"}, "hidden"
    height = {"height": f"{dataset_height_px(len(classes))}px"}
    return photos_per_class(classes, scheme), height, "dataset-chart"


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the overview."""
    upload.register(app, bound)
    app.callback(
        Output("dataset-news", "children"),
        Output("dataset-problems", "children"),
        Output("dataset-table", "children"),
        Output("dataset-aside", "children"),
        Input("dataset", "data"),
    )(describe)
    app.callback(
        Output("dataset-chart", "figure"),
        Output("dataset-chart", "style"),
        Output("dataset-chart-wrap", "className"),
        Input("dataset", "data"),
        Input("scheme", "data"),
    )(draw)
