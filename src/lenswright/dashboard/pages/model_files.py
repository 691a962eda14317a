"""What one version is, its files to download, and the formats it can be exported to."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import facts
from lenswright.dashboard.chrome import notification
from lenswright.dashboard.icons import icon

EXPORTS = {"saved_model": ("SavedModel", "saved_model.zip"), "tflite": ("TFLite", "model.tflite")}


def files(shown: Json | None) -> Any:
    """Return what the model is, its files, and a button for each format that is not among them."""
    if shown is None:
        return None
    model = shown["model"]
    names = [row["name"] for row in model.get("files") or []]
    links = [_download(model["version"], name) for name in names]
    return html.Div(
        [_known(model), html.Div([*links, *_exports(names)], className="downloads")], className="grid two"
    )


def _known(model: Json) -> html.Dl:
    metrics, shape = model.get("metrics") or {}, model.get("input") or {}
    top5 = metrics.get("top5")
    return facts(
        ("Made", formats.moment(model.get("created_at"))),
        ("Network", model.get("backbone")),
        ("Preset", model.get("preset")),
        ("Begun with", model.get("weights")),
        ("Input", f"{shape.get('size_px')} px, {shape.get('framing')}"),
        ("Classes", formats.count(len(model.get("classes") or []))),
        ("Test photos", formats.count(metrics.get("test_photos"))),
        ("Macro F1", formats.number(metrics.get("macro_f1"))),
        ("Log loss", formats.number(metrics.get("log_loss"))),
        *([("Right class among first five", formats.percent(top5))] if top5 else []),
    )


def _download(version: str, name: str) -> html.A:
    href = f"/relay/models/{version}/files/{name}"
    return html.A([icon("download", 16), html.Span(name)], href=href, download=name, className="download")


def _exports(names: list[str]) -> list[Any]:
    buttons = [
        dmc.Button(title, id={"type": "export", "format": form}, variant="default", size="xs")
        for form, (title, name) in EXPORTS.items()
        if name not in names
    ]
    return (
        [html.Div([html.Span("Export as", className="muted"), *buttons], className="buttons")]
        if buttons
        else []
    )


def export(api: ApiClient, clicks: list[int | None], shown: Json | None) -> tuple[Any, Any]:
    """Start the export whose button was pressed; returns a notification and what wakes the poll."""
    if not ctx.triggered_id or not any(clicks) or not shown:
        return no_update, no_update
    return start(api, shown["model"]["version"], ctx.triggered_id["format"])


def start(api: ApiClient, version: str, form: str) -> tuple[list[Json], Json]:
    """Start the export of `version` as `form`; returns a notification and what wakes the poll."""
    run = api.export(version, [form])
    title, name = EXPORTS[form]
    words = (
        f"Run {run['run_id']} writes {name} and checks it against the network; the Training page shows it."
    )
    return [notification(f"Export as {title}", words, "good")], {"run": run["run_id"]}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the files."""
    app.callback(Output("report-files", "children"), Input("report", "data"))(files)
    app.callback(
        Output("notifications", "sendNotifications", allow_duplicate=True),
        Output("wake", "data", allow_duplicate=True),
        Input({"type": "export", "format": ALL}, "n_clicks"),
        State("report", "data"),
        prevent_initial_call=True,
    )(bound(export))
