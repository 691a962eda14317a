"""Data: what there is to learn from, and more of it: counts, problems, upload. The gallery is beside it."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import GRAPH_CONFIG, blank, card, empty, loading, notice, page, table
from lenswright.dashboard.figures.classes import dataset_height_px, photos_per_class
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import gallery
from lenswright.dashboard.pages.gallery import SPLITS

PROBLEMS_SHOWN = 12
COLUMNS = ["Class", "Train", "Validation", "Test", "All"]


def layout(**_query: str) -> html.Div:
    """Return the page with skeletons where counts will stand."""
    chart = dcc.Graph(id="dataset-chart", figure=blank(), config=GRAPH_CONFIG, style={"height": "260px"})
    counts = card(
        html.Div([html.Div(loading(4), id="dataset-table"), html.Div(chart, id="dataset-chart-wrap")]),
        title="Photos per class",
        aside=html.Span(id="dataset-aside"),
        className="live",
    )
    return page(
        "Data",
        html.Span(id="data-lead", children="\u00a0"),
        dcc.Store(id="dataset"),
        html.Div(id="dataset-problems", className="stack"),
        html.Div([_upload_card(), counts], className="grid side"),
        gallery.section(),
    )


def _upload_card() -> html.Section:
    label = dmc.Autocomplete(
        id="upload-label",
        label="Class of these photos",
        placeholder="e.g. cat",
        description="Leave it empty for folders or a zip with one folder per class.",
        data=[],
        limit=20,
    )
    words = html.Span("Drop photos, folders or a zip", className="empty-title")
    zone = html.Button(
        [icon("upload", 24), words, html.Span("or choose files")],
        className="drop",
        type="button",
        id="upload-drop",
        **{"data-drop": "upload", "data-accept": "image/*,.zip"},
    )
    results = html.Div(id="upload-results")
    return card(label, zone, _progress(), results, title="Add photos", className="stack")


def _progress() -> html.Div:
    named = {"aria-label": "Upload"}
    return html.Div(
        [
            html.Div([html.Span(id="upload-words"), html.Span(id="upload-share")], className="spread"),
            dmc.Progress(id="upload-bar", value=0, size="sm", transitionDuration=200, **named),
            dmc.Button("Cancel", id="upload-cancel", variant="default", size="compact-sm"),
        ],
        id="upload-progress",
        className="hidden",
        role="status",
    )


def uploading(upload: Json) -> tuple[Any, ...]:
    """Return progress class, words, share in words, bar value, cancel class, results."""
    if upload["state"] == "idle":
        return "hidden", "", "", 0, "hidden", None
    running = upload["state"] == "running"
    share = upload["sent"] / upload["bytes"] if upload["bytes"] else 1.0
    words = {
        "running": upload.get("problem") or _words_underway(upload, share),
        "done": f"{formats.plural(upload['files'], 'file')} sent",
        "cancelled": "Cancelled. What was stored stays.",
    }[upload["state"]]
    shown = formats.percent(share, 0) if running else ""
    results = _upload_results(upload) if upload["answered"] or not running else None
    return "upload-progress", words, shown, 100 * share, "" if running else "hidden", results


def _words_underway(upload: Json, share: float) -> str:
    if share >= 1:
        return "Sent; the API is checking and storing them"
    return f"{formats.size(upload['sent'])} of {formats.size(upload['bytes'])}"


def _upload_results(upload: Json) -> html.Div:
    counts = [
        html.Span([html.Strong(formats.count(upload[key])), f" {word}"], className=f"count {key}")
        for key, word in (("stored", "stored"), ("duplicates", "already there"), ("refused", "refused"))
    ]
    rows = [
        html.Li(
            [
                html.Span(row["filename"], title=row["filename"]),
                html.Span(_why(row), className=row["outcome"]),
            ]
        )
        for row in sorted(upload["problems"], key=lambda row: row["outcome"] == "duplicate")
    ]
    listed = html.Ul(rows, className="file-results", tabIndex="0") if rows else None
    return html.Div([html.Div(counts, className="counts"), listed])


def _why(row: Json) -> str:
    if row["outcome"] != "duplicate":
        return str(row.get("reason") or "refused")
    return str(row.get("reason") or f"the same photo as no. {row.get('duplicate_of')}")


def fetch(api: ApiClient, facts: Json | None) -> Any:
    """Return the data set's counts for the Store; nothing while there is nobody to ask."""
    if not facts or not facts["reachable"]:
        return no_update
    return api.dataset(facts["task"])


def describe(dataset: Json | None) -> tuple[Any, ...]:
    """Return lead, problems, table, aside and the classes to choose from."""
    if dataset is None:
        return (no_update,) * 5
    classes, labels = dataset["classes"], [row["label"] for row in dataset["classes"]]
    lead = _lead(dataset)
    problems = [notice("warning", row["message"]) for row in dataset.get("problems", [])] if classes else []
    hidden = len(problems) - PROBLEMS_SHOWN
    if hidden > 0:
        problems = [*problems[:PROBLEMS_SHOWN], notice("warning", f"and {hidden} more like these")]
    splits = dataset.get("splits") or {}
    aside = (
        " · ".join(f"{split} {formats.count(splits[split])}" for split in SPLITS if splits.get(split))
        if classes
        else ""
    )
    return lead, problems, _class_table(classes), aside, labels


def _lead(dataset: Json) -> str:
    parts = [
        formats.plural(dataset["total"], "photo"),
        formats.plural(len(dataset["classes"]), "class", "classes"),
    ]
    if dataset.get("unlabelled"):
        parts.append(f"{formats.count(dataset['unlabelled'])} without a label")
    return " · ".join([*parts, formats.size(dataset.get("size_bytes"))])


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
    """Register the callbacks of this page."""
    gallery.register(app, bound)
    app.callback(Output("dataset", "data"), Input("facts", "data"))(bound(fetch))
    app.callback(
        Output("data-lead", "children"),
        Output("dataset-problems", "children"),
        Output("dataset-table", "children"),
        Output("dataset-aside", "children"),
        Output("upload-label", "data"),
        Input("dataset", "data"),
    )(describe)
    app.callback(
        Output("dataset-chart", "figure"),
        Output("dataset-chart", "style"),
        Output("dataset-chart-wrap", "className"),
        Input("dataset", "data"),
        Input("scheme", "data"),
    )(draw)
    app.callback(
        Output("upload-progress", "className"),
        Output("upload-words", "children"),
        Output("upload-share", "children"),
        Output("upload-bar", "value"),
        Output("upload-cancel", "className"),
        Output("upload-results", "children"),
        Input("uploading", "data"),
        State("_pages_location", "pathname"),
    )(lambda upload, _path: uploading(upload))
