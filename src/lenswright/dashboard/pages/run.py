"""The run on the Training page: phase, progress, curves, log, verdict, and the table of recent runs."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, chart, empty, loading, notice, table
from lenswright.dashboard.figures.curves import curves
from lenswright.dashboard.icons import icon

ACTIVE = ("queued", "running")
KINDS = {"queued": "calm", "running": "busy", "completed": "good", "failed": "bad", "stopped": "warning"}
PHASES = {
    "starting": "Starting the trainer",
    "weights": "Getting the weights to begin with",
    "features": "Looking at every photo",
    "fitting": "Learning",
    "exporting": "Writing the model",
    "measuring": "Measuring on the test photos",
    "deciding": "Comparing with the champion",
}
NOTHING = empty(
    "training", "No run yet", "Choose a preset and press Start; progress, curves and the verdict appear here."
)
NUMBERS = (("epoch", "Epoch"), ("elapsed", "Elapsed"), ("eta", "Left"), ("speed", "Photos/s"))
COLUMNS = ["Run", "State", "Preset", "Started", "Took", "Validation", "Outcome"]


def section() -> html.Section:
    """Return the card of the present or latest run."""
    phase = html.Div(
        [html.Span(id="run-phase"), html.Span(id="run-share")], className="spread", role="status"
    )
    bar = dmc.Progress(id="run-bar", value=0, size="md", transitionDuration=300, **{"aria-label": "Progress"})
    numbers = [
        html.Div([html.Span(label), html.Strong(formats.ABSENT, id=f"run-{name}")]) for name, label in NUMBERS
    ]
    plots = [
        html.Div([html.H3("Accuracy"), chart("run-accuracy", 210, "Accuracy by epoch")]),
        html.Div([html.H3("Loss"), chart("run-loss", 210, "Loss by epoch")]),
    ]
    body = [
        _head(),
        phase,
        bar,
        html.Div(numbers, className="numbers"),
        html.Div(id="run-verdict"),
        html.Div(plots, className="grid two curves"),
        html.Details(
            [html.Summary("Log, newest first"), html.Pre(id="run-log", tabIndex="0")], className="log"
        ),
    ]
    shown = html.Div(body, id="run-body", className="hidden")
    return card(html.Div(NOTHING, id="run-empty"), shown, className="run live")


def _head() -> html.Div:
    stop = dmc.Button(
        "Stop",
        id="run-stop",
        variant="default",
        size="compact-sm",
        leftSection=icon("stop", 14),
        className="hidden",
    )
    title = html.Div([html.H2(id="run-title"), html.Span(id="run-state")], className="run-title")
    return html.Div([title, stop], className="card-head")


def history() -> html.Section:
    """Return the card of recent runs."""
    return card(html.Div(loading(3), id="runs"), title="Recent runs", className="live")


def show(live: Json) -> tuple[Any, ...]:
    """Return everything of the run but its curves."""
    run = live["run"]
    if run is None:
        return ("hidden", "" if live["status"] else "hidden", *("",) * 4, 0, *("",) * 4, None, "", "hidden")
    active = run["state"] in ACTIVE
    share = run.get("progress") or 0.0
    phase = PHASES.get(run.get("phase") or "", run.get("phase") or "Waiting for the trainer")
    if run.get("stop_requested") and active:
        phase = "Stopping"
    speed = (run.get("metrics") or {}).get("images_per_s")
    epochs = f"{run.get('epoch') or 0} / {run.get('epochs') or formats.ABSENT}"
    return (
        "" if active else "ended" if run.get("history") else "ended bare",
        "hidden",
        f"Run {run['run_id']} · {run.get('preset') or run.get('kind')}",
        html.Span(run["state"], className=f"pill small {KINDS.get(run['state'], 'calm')}"),
        phase if active else f"Ended {formats.ago(run.get('ended_at'))}",
        formats.percent(share, 0) if active else "",
        100 * share if active or run["state"] != "completed" else 100,
        epochs,
        formats.duration(run.get("elapsed_s")),
        formats.duration(run.get("eta_s")) if active else formats.ABSENT,
        formats.count(speed),
        verdict(run),
        "\n".join(reversed(run.get("log") or [])),
        "" if active and not run.get("stop_requested") else "hidden",
    )


def verdict(run: Json) -> Any:
    """Return what came of the run, in words, or nothing while it goes on."""
    if run["state"] in ACTIVE:
        return None
    if run.get("error"):
        return notice("bad", html.Strong("It failed. "), run["error"])
    judged = run.get("verdict")
    if not judged:
        return notice("calm", "Stopped before there was a model worth keeping.")
    weights = [html.Br(), f"Begun with: {run['weights']}"] if run.get("weights") else []
    return notice("good" if judged["promote"] else "warning", judged["reason"], *weights)


def draw(live: Json, scheme: str | None, drawn: str | None) -> tuple[Any, ...]:
    """Return both curves and what they show; nothing when they show it already."""
    run = live["run"] or {}
    epochs = run.get("history") or []
    shown = f"{run.get('run_id')}:{len(epochs)}:{scheme}"
    if shown == drawn:
        return no_update, no_update, no_update
    return curves(epochs, "accuracy", scheme), curves(epochs, "loss", scheme), shown


def runs_table(api: ApiClient, facts: Json | None) -> Any:
    """Return the recent runs, newest first."""
    if not facts or not facts["reachable"]:
        return no_update
    runs = api.runs(facts["task"])
    if not runs:
        return html.P("The first run will be listed here.", className="muted")
    return table(COLUMNS, [_row(run) for run in runs], numeric=range(4, 6))


def _row(run: Json) -> list[Any]:
    judged, accuracy = run.get("verdict") or {}, (run.get("metrics") or {}).get("val_accuracy")
    words = run.get("error") or judged.get("reason") or ""
    return [
        f"{run['run_id']}",
        html.Span(run["state"], className=f"pill small {KINDS.get(run['state'], 'calm')}"),
        run.get("preset") or formats.ABSENT,
        html.Span(formats.ago(run.get("created_at")), title=formats.moment(run.get("created_at"))),
        formats.ABSENT if run["state"] in ACTIVE else formats.duration(run.get("elapsed_s")),
        formats.percent(accuracy),
        html.Span(words, title=words, className="clip"),
    ]


def stop(api: ApiClient, clicks: int | None, live: Json) -> Any:
    """Ask the run to stop; returns what wakes the poll."""
    if not clicks or not live["run"]:
        return no_update
    return {"stopping": api.stop_training(live["run"]["run_id"])["run_id"]}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the run."""
    before_bar = [Output(f"run-{name}", "children") for name in ("title", "state", "phase", "share")]
    after_bar = [Output(f"run-{name}", "children") for name in (*dict(NUMBERS), "verdict", "log")]
    places = [Output("run-body", "className"), Output("run-empty", "className")]
    bar, stop_place = Output("run-bar", "value"), Output("run-stop", "className")
    live = Input("live", "data")
    app.callback([*places, *before_bar, bar, *after_bar, stop_place], live)(show)
    app.callback(
        Output("run-accuracy", "figure"),
        Output("run-loss", "figure"),
        Output("run-body", "data-drawn"),
        live,
        Input("scheme", "data"),
        State("run-body", "data-drawn"),
    )(draw)
    app.callback(Output("runs", "children"), Input("facts", "data"))(bound(runs_table))
    app.callback(
        Output("wake", "data", allow_duplicate=True),
        Input("run-stop", "n_clicks"),
        State("live", "data"),
        prevent_initial_call=True,
    )(bound(stop))
