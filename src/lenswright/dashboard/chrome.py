"""What moves in the frame: health, champion, banner, task switcher, notifications. Reads the Stores only."""

import re
from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.outcome import outcome
from lenswright.dashboard.poll import DENIED
from lenswright.dashboard.shell import PAGES
from lenswright.errors import ApiRefused, LenswrightError

STALE = "The last values stay below in grey; this page recovers by itself."
UNFILLED = "This page fills itself as soon as it answers."
KEYLESS = "Give the dashboard a valid key as LENSWRIGHT_API_KEY, and start it again."
TITLES = {"away": "The API is away.", "denied": "The API lets the dashboard do nothing."}


def health(live: Json) -> tuple[str, str]:
    """Return (kind, words) of the health badge."""
    status = live["status"]
    if live["state"] == "connecting":
        return "calm", "Connecting"
    if live["state"] == "denied":
        return "bad", "No access"
    if live["state"] != "ok":
        return "bad", "API away"
    if status["status"] == "no_model" or not status.get("model"):
        return "warning", "No model"
    if status.get("model_problem"):
        return "warning", "Model problem"
    return "good", "Healthy"


def frame(live: Json) -> tuple[Any, ...]:
    """Return what the frame shows, in the order of its outputs (see `register`)."""
    kind, words = health(live)
    status = live["status"] or {}
    away, denied = live["state"] not in ("ok", "connecting"), live["state"] == "denied"
    model = status.get("model") or {}
    version = model.get("version")
    champion = [html.Span("Champion"), html.Code(version)] if version else [html.Span("No champion yet")]
    training = status.get("training") or {}
    note = formats.percent(training.get("progress", 0.0), 0) if training else ""
    return (
        [html.Span(className="dot"), words],
        f"pill {kind}",
        champion if status else [],
        "banner" if away else "banner hidden",
        live["reason"] if away else "",
        KEYLESS if denied else STALE if status else UNFILLED,
        "main stale" if away else "main",
        note,
        TITLES.get(live["state"], TITLES["away"]),
        "hidden" if denied else "",
    )


def task_choices(live: Json, chosen: str | None) -> tuple[list[str], str]:
    """Return the tasks to choose from and the placeholder: the task in use when none was chosen."""
    status = live["status"] or {}
    tasks = {*status.get("tasks", []), *([chosen] if chosen else []), *([status["task"]] if status else [])}
    return sorted(tasks), status.get("task") or "Task"


def slug(name: str | None) -> str:
    """Return `ripe-or-not` for `Ripe or not?`."""
    return re.sub(r"[^a-z0-9]+", "-", (name or "").lower()).strip("-")


def choose_task(
    selected: str | None, _stored_at: int, _clicks: int, stored: str | None, name: str
) -> tuple[Any, ...]:
    """Return (select value, stored task, modal open); the browser remembers the task."""
    if ctx.triggered_id == "task-create":
        task = slug(name)
        return (task, task, False) if task else (no_update, no_update, True)
    if ctx.triggered_id == "task-select" and selected:
        return no_update, selected, no_update
    return (stored or no_update), no_update, no_update


def announce(api: ApiClient, facts: Json | None, seen: Json | None) -> tuple[Any, Any]:
    """Return (notifications, what was seen): a run that was going and is no longer has ended."""
    now = {"run_id": (facts or {}).get("run_id")}
    ended = (seen or {}).get("run_id")
    if not facts or not facts["reachable"] or not ended or now["run_id"] == ended:
        return no_update, (now if facts and facts["reachable"] else no_update)
    run = api.training_status(run_id=ended)
    return [notification(f"Run {ended} {run['state']}", outcome(run)[1], run["state"])], now


def notification(title: str, message: str, kind: str) -> Json:
    """Return a notification; failures stay until they are closed."""
    bad = kind in ("failed", "error")
    colour = "red" if bad else "teal" if kind in ("completed", "good") else "gray"
    close: Any = False if bad else 8000
    return {
        **{"action": "show", "title": title, "message": message, "color": colour, "autoClose": close},
        "position": "bottom-right",
    }


def problem_title(exc: Exception) -> str:
    """Return a title for what went wrong."""
    if not isinstance(exc, LenswrightError):
        return "The dashboard itself failed"
    if isinstance(exc, ApiRefused) and exc.status in DENIED:
        return "The dashboard may not do that"
    return "The API is away" if exc.code == "api_away" else "That did not work"


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the frame."""
    app.callback(
        Output("health", "children"),
        Output("health", "className"),
        Output("champion", "children"),
        Output("banner", "className"),
        Output("banner-reason", "children"),
        Output("banner-hint", "children"),
        Output("main", "className"),
        Output("nav-training-note", "children"),
        Output("banner-title", "children"),
        Output("banner-start", "className"),
        Input("live", "data"),
    )(frame)
    app.callback(
        Output("notifications", "sendNotifications"),
        Output("seen-run", "data"),
        Input("facts", "data"),
        State("seen-run", "data"),
        prevent_initial_call=True,
    )(bound(announce))
    _tasks(app)
    _in_the_browser(app)


def _tasks(app: Dash) -> None:
    app.callback(
        Output("task-select", "data"),
        Output("task-select", "placeholder"),
        Input("facts", "data"),
        Input("task", "data"),
        State("live", "data"),
    )(lambda _facts, chosen, live: task_choices(live, chosen))
    app.callback(
        Output("task-select", "value"),
        Output("task", "data"),
        Output("task-modal", "opened", allow_duplicate=True),
        Input("task-select", "value"),
        Input("task", "modified_timestamp"),
        Input("task-create", "n_clicks"),
        State("task", "data"),
        State("task-name", "value"),
        prevent_initial_call="initial_duplicate",
    )(choose_task)


def _in_the_browser(app: Dash) -> None:
    """Register what needs no server: navigation drawer, colour scheme, opening the new-task window."""
    app.clientside_callback(
        ClientsideFunction("lenswright", "navbar"),
        Output("shell", "navbar"),
        Input("burger", "opened"),
        State("shell", "navbar"),
    )
    app.clientside_callback(
        ClientsideFunction("lenswright", "close"),
        Output("burger", "opened"),
        Input("_pages_location", "pathname"),
        *[Input(f"nav-{name}", "n_clicks") for name, _, _ in PAGES],  # also the page one is on already
    )
    app.clientside_callback(
        ClientsideFunction("lenswright", "scheme"),
        Output("scheme", "data"),
        Input("scheme-toggle", "computedColorScheme"),
    )
    app.clientside_callback(ClientsideFunction("lenswright", "remember"), Input("facts", "data"))
    app.clientside_callback(
        ClientsideFunction("lenswright", "open"),
        Output("task-modal", "opened"),
        Input("task-new", "n_clicks"),
        prevent_initial_call=True,
    )
