"""The table of recent runs; pressing a row shows that run again."""

from collections.abc import Callable
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, loading, table
from lenswright.dashboard.outcome import ACTIVE, outcome

STATES = {"queued": "calm", "running": "busy", "completed": "good", "failed": "bad", "stopped": "warning"}
COLUMNS = ["Run", "State", "Kind", "Started", "Took", "Validation", "Outcome"]


def section() -> html.Section:
    """Return the card of recent runs."""
    return card(html.Div(loading(3), id="runs"), title="Recent runs", className="live")


def state_pill(state: str) -> html.Span:
    """Return the state of a run as a coloured word."""
    return html.Span(state, className=f"pill small {STATES.get(state, 'calm')}")


def runs_table(api: ApiClient, facts: Json | None) -> Any:
    """Return the recent runs, newest first."""
    if not facts or not facts["reachable"]:
        return no_update
    runs = api.runs(facts["task"])
    if not runs:
        return html.P("The first run will be listed here.", className="muted")
    return table(COLUMNS, [_row(run) for run in runs], numeric=range(4, 6))


def _row(run: Json) -> list[Any]:
    number, active = run["run_id"], run["state"] in ACTIVE
    kind = run.get("kind")
    words = "" if active else outcome(run)[1]
    name = html.Button(
        f"{number}",
        id={"type": "run", "number": number},
        className="row-button",
        **{"aria-label": f"Show run {number}"},
    )
    return [
        name,
        state_pill(run["state"]),
        run.get("preset") if kind == "train" else kind or formats.ABSENT,
        html.Span(formats.ago(run.get("created_at")), title=formats.moment(run.get("created_at"))),
        formats.ABSENT if active else formats.duration(run.get("elapsed_s")),
        formats.percent((run.get("metrics") or {}).get("val_accuracy")),
        html.Span(words, title=words, className="clip"),
    ]


def pick(api: ApiClient, _rows: list[int | None], _latest: int | None, live: Json) -> Any:
    """Return the run whose row was pressed for the Store `picked`; nothing after "Show the latest run"."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict):
        return None
    return picked_run(api, pressed["number"], live) if any(_rows) else no_update


def picked_run(api: ApiClient, number: int, live: Json) -> Json | None:
    """Return {"run", "latest"} for a run that has ended; None for one that goes on, which is shown anyway."""
    run = api.training_status(run_id=number)
    return None if run["state"] in ACTIVE else {"run": run, "latest": (live["run"] or run)["run_id"]}


def chosen(live: Json, picked: Json | None) -> Json | None:
    """Return the run to show: the picked one, until another begins or the task changes; else the latest."""
    latest: Json | None = live["run"]
    if picked and latest and picked["latest"] == latest["run_id"]:
        run: Json = picked["run"]
        return run
    return latest


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the table."""
    app.callback(Output("runs", "children"), Input("facts", "data"))(bound(runs_table))
    app.callback(
        Output("picked", "data"),
        Input({"type": "run", "number": ALL}, "n_clicks"),
        Input("run-latest-button", "n_clicks"),
        State("live", "data"),
        prevent_initial_call=True,
    )(bound(pick))
