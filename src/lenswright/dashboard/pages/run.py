"""The run on the Training page: phase, progress, curves, log and what came of it; stop and resume."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, chart, empty, notice
from lenswright.dashboard.figures.curves import curves
from lenswright.dashboard.icons import icon
from lenswright.dashboard.outcome import ACTIVE, outcome, step
from lenswright.dashboard.pages import run_history, run_result
from lenswright.dashboard.pages.run_history import chosen, state_pill

PHASES = {
    "starting": "Starting the trainer",
    "weights": "Getting the weights to begin with",
    "backbone": "Learning a backbone from nothing",
    "features": "Looking at every photo",
    "fitting": "Learning",
    "fine-tuning": "Fine-tuning the backbone",
    "new features": "Looking at every photo again",
    "refitting": "Learning again",
    "tuning": "Trying settings",
    "comparing": "Comparing configurations",
    "quality": "Measuring brightness and sharpness",
    "duplicates": "Looking for near-duplicates",
    "label errors": "Looking for wrong labels",
    "advice": "Finding out what would help",
    "quantising": "Making an 8-bit copy",
    "exporting": "Writing the model",
    "measuring": "Measuring on the test photos",
    "deciding": "Comparing with the champion",
}
NOTHING = empty(
    "training", "No run yet", "Choose a preset and press Start; progress, curves and the verdict appear here."
)
NUMBERS = (
    ("epoch", html.Span("Epoch", id="run-counted")),
    ("elapsed", "Elapsed"),
    ("eta", "Left"),
    ("speed", "Photos/s"),
)
TEXTS = ("title", "state", "phase", "share", "counted", *dict(NUMBERS), "verdict", "log", "resume-words")
PLACES = ("body", "empty", "stop", "resume", "latest")


def section() -> html.Section:
    """Return the card of the present, latest or chosen run."""
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
    log = html.Details(
        [html.Summary("Log, newest first"), html.Pre(id="run-log", tabIndex="0")], className="log"
    )
    body = [
        *(_head(), phase, bar),
        html.Div(numbers, className="numbers"),
        html.Div(id="run-verdict"),
        html.P(id="run-resume-words", className="muted"),
        run_result.section(),
        html.Div(plots, className="grid two curves"),
        log,
    ]
    shown = html.Div(body, id="run-body", className="hidden")
    return card(dcc.Store(id="picked"), html.Div(NOTHING, id="run-empty"), shown, className="run live")


def _head() -> html.Div:
    look = {"variant": "default", "size": "compact-sm"}
    buttons = [
        html.Div(dmc.Button("Show the latest run", id="run-latest-button", **look), id="run-latest"),
        html.Div(
            dmc.Button("Resume", id="run-resume-button", leftSection=icon("play", 14), **look),
            id="run-resume",
        ),
        html.Div(
            dmc.Button("Stop", id="run-stop-button", leftSection=icon("stop", 14), **look), id="run-stop"
        ),
    ]
    title = html.Div([html.H2(id="run-title"), html.Span(id="run-state")], className="run-title")
    return html.Div([title, html.Div(buttons, className="buttons")], className="card-head")


def show(live: Json, picked: Json | None) -> Json:
    """Return everything of the run but its curves and tables, by the names in `TEXTS` and `PLACES`."""
    run = chosen(live, picked)
    if run is None:
        nothing = dict.fromkeys(TEXTS) | dict.fromkeys(PLACES, "hidden")
        return nothing | {"bar": 0, "empty": "" if live["status"] else "hidden"}
    active = run["state"] in ACTIVE
    stopping = bool(run.get("stop_requested"))
    latest = live["run"] or run
    return {
        **_progress(run, active=active, stopping=stopping),
        **_numbers(run, active=active),
        "body": "" if active else "ended" if run.get("history") else "ended bare",
        "empty": "hidden",
        "title": title(run),
        "state": state_pill(run["state"]),
        "verdict": verdict(run),
        "log": "\n".join(reversed(run.get("log") or [])),
        "stop": "" if active and not stopping else "hidden",
        "resume": "" if resumable(run) else "hidden",
        "resume-words": continuation(run) if resumable(run) else None,
        "latest": "" if latest["run_id"] != run["run_id"] else "hidden",
    }


def _progress(run: Json, *, active: bool, stopping: bool) -> Json:
    share = run.get("progress") or 0.0
    phase = "Stopping" if stopping else phase_words(run)
    return {
        "phase": phase if active else f"Ended {formats.ago(run.get('ended_at'))}",
        "share": formats.percent(share, 0) if active else "",
        "bar": 100 * share if active or run["state"] != "completed" else 100,
    }


def _numbers(run: Json, *, active: bool) -> Json:
    counted, at, total = step(run)
    return {
        "counted": counted,
        "epoch": formats.ABSENT if at is None else f"{at} / {total}" if total else f"{at}",
        "elapsed": formats.duration(run.get("elapsed_s")),
        "eta": formats.duration(run.get("eta_s")) if active else formats.ABSENT,
        "speed": formats.count((run.get("metrics") or {}).get("images_per_s")),
    }


def phase_words(run: Json) -> str:
    """Return the phase in words; one that is not known here as it is."""
    phase = run.get("phase") or ""
    return PHASES.get(phase, phase or "Waiting for the trainer")


def title(run: Json) -> str:
    """Return `Run 7 · best`, `Run 8 · tune` or `Run 9 · best · continues run 7`."""
    kind = run.get("kind")
    what = run.get("preset") if kind in ("train", "retrain") else kind
    before = (run.get("request") or {}).get("resume_run")
    return " · ".join([f"Run {run['run_id']}", f"{what}", *([f"continues run {before}"] if before else [])])


def resumable(run: Json) -> bool:
    """Return whether the run left something behind that another run may continue."""
    return run["state"] in ("failed", "stopped") and run.get("kind") != "export"


def continuation(run: Json) -> str:
    """Return what a resumed run begins with."""
    counted, at, total = step(run)
    reached = f"{counted.lower()} {at}{f' of {total}' if total else ''}" if at else "what is in the cache"
    return f"Resume continues from {reached} (last phase: {phase_words(run)}), with the same settings."


def verdict(run: Json) -> Any:
    """Return what came of the run, in words, or nothing while it goes on."""
    if run["state"] in ACTIVE:
        return None
    kind, words = outcome(run)
    begun = [html.Br(), f"Begun with: {run['weights']}"] if run.get("weights") and run.get("verdict") else []
    failed = [html.Strong("It failed. ")] if run.get("error") else []
    return notice(kind, *failed, words, *begun)


def draw(live: Json, picked: Json | None, scheme: str | None, drawn: str | None) -> tuple[Any, ...]:
    """Return both curves and what they show; nothing when they show it already."""
    run = chosen(live, picked) or {}
    epochs = run.get("history") or []
    shown = f"{run.get('run_id')}:{len(epochs)}:{scheme}"
    if shown == drawn:
        return no_update, no_update, no_update
    return curves(epochs, "accuracy", scheme), curves(epochs, "loss", scheme), shown


def stop(api: ApiClient, clicks: int | None, live: Json, picked: Json | None) -> Any:
    """Ask the run to stop; returns what wakes the poll."""
    run = chosen(live, picked)
    return {"stopping": api.stop_training(run["run_id"])["run_id"]} if clicks and run else no_update


def resume(api: ApiClient, clicks: int | None, live: Json, picked: Json | None) -> Any:
    """Start a run that continues this one; returns what wakes the poll."""
    run = chosen(live, picked)
    return {"started": api.resume(run["run_id"])["run_id"]} if clicks and run else no_update


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the run."""
    run_history.register(app, bound)
    run_result.register(app, bound)
    live, picked, scheme = Input("live", "data"), Input("picked", "data"), Input("scheme", "data")
    shown = {name: Output(f"run-{name}", "children") for name in TEXTS}
    shown |= {name: Output(f"run-{name}", "className") for name in PLACES}
    shown["bar"] = Output("run-bar", "value")
    app.callback(output=shown, inputs=[live, picked])(show)
    body = [Output("run-accuracy", "figure"), Output("run-loss", "figure"), Output("run-body", "data-drawn")]
    app.callback(body, live, picked, scheme, State("run-body", "data-drawn"))(draw)
    for name, act in (("run-stop-button", stop), ("run-resume-button", resume), ("train-best", train_best)):
        app.callback(
            Output("wake", "data", allow_duplicate=True),
            Input(name, "n_clicks"),
            State("live", "data"),
            State("picked", "data"),
            prevent_initial_call=True,
            running=[(Output(name, "loading"), True, False)],
        )(bound(act))
    app.callback(
        Output("run-result", "children"),
        Output("run-best", "className"),
        Output("run-result", "data-drawn"),
        live,
        picked,
        Input("run-order", "data"),
        State("run-result", "data-drawn"),
    )(results)


def results(live: Json, picked: Json | None, order: Json | None, drawn: str | None) -> tuple[Any, ...]:
    """Return the table of what the run came to."""
    return run_result.show(chosen(live, picked) or {}, order, drawn)


def train_best(api: ApiClient, clicks: int | None, live: Json, picked: Json | None) -> Any:
    """Start a run with the best settings that the run has found."""
    return run_result.train_best(api, clicks, chosen(live, picked) or {})
