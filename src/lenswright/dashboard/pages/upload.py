"""Adding photos: the drop zone, its progress and what became of each file. assets/drop.js sends them."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import card
from lenswright.dashboard.icons import icon


def section() -> html.Section:
    """Return the card with the drop zone, the progress and the results."""
    label = dmc.Autocomplete(
        id="upload-label",
        label="Class of these photos",
        placeholder="e.g. cat",
        description="Leave it empty for folders or a zip with one folder per class.",
        data=[],
        limit=20,
    )
    source = dmc.TextInput(
        id="upload-source",
        label="Where they are from",
        placeholder="e.g. phone",
        description="Optional; photos can be found by it later.",
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
    return card(label, source, zone, _progress(), results, title="Add photos", className="stack")


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
    return html.Div([html.Div(counts, className="counts"), listed, *_report(upload)])


def _report(upload: Json) -> list[Any]:
    """Return the link to the report of the batch, or to all of them if there were several."""
    batches = upload.get("batches") or []
    if not batches:
        return []
    one = f"&edit={batches[0]}" if len(batches) == 1 else "&batches=1"
    words = "Report of this batch" if len(batches) == 1 else "Reports of these batches"
    return [html.Div(dcc.Link(words, href=f"/data?tab=history{one}"), className="report-link")]


def _why(row: Json) -> str:
    if row["outcome"] != "duplicate":
        return str(row.get("reason") or "refused")
    return str(row.get("reason") or f"the same photo as no. {row.get('duplicate_of')}")


def labels(dataset: Json | None) -> list[str]:
    """Return the classes to choose from."""
    return [row["label"] for row in (dataset or {}).get("classes", [])]


def register(app: Dash, _bound: Callable[..., Any]) -> None:
    """Register the callbacks of the upload."""
    app.callback(Output("upload-label", "data"), Input("dataset", "data"))(labels)
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
