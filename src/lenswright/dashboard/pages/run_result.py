"""What tuning and comparing came to: tables that can be sorted, and the step that follows."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.icons import icon
from lenswright.dashboard.sortable import SORT, Column, pressed, sortable

CHANCE = (
    "Within chance of the best: on the same test photos its answers differ from those of the first by no more"
    " than luck would make them (McNemar, p ≥ 0.05)."
)


def _count(key: str) -> Callable[[Json], str]:
    return lambda row: formats.count(row.get(key))


def _number(key: str) -> Callable[[Json], str]:
    return lambda row: formats.ABSENT if row.get(key) is None else f"{row[key]:.3g}".replace("e-0", "e-")


TRIALS = (
    Column("rank", "#", _count("rank")),
    Column("val_accuracy", "Accuracy", lambda row: formats.percent(row.get("val_accuracy")), falling=True),
    Column("val_log_loss", "Log loss", lambda row: formats.number(row.get("val_log_loss"))),
    Column("learning_rate", "Learning rate", _number("learning_rate")),
    Column("weight_decay", "Weight decay", _number("weight_decay")),
    Column("dropout", "Dropout", _number("dropout")),
    Column("label_smoothing", "Smoothing", _number("label_smoothing")),
    Column("mixup", "Mixup", _number("mixup")),
    Column("batch_size", "Batch", _count("batch_size")),
    Column("epochs", "Epochs", _count("epochs")),
    Column("seconds", "Took", lambda row: formats.duration(row.get("seconds"))),
)
BOARD = (
    Column("rank", "#", _count("rank")),
    Column("name", "Configuration", lambda row: _configuration(row), numeric=False),
    Column("accuracy", "Accuracy", lambda row: _accuracy(row), numeric=False, falling=True),
    Column("top5", "Top 5", lambda row: formats.percent(row.get("top5")), falling=True),
    Column("seconds", "Took", lambda row: formats.duration(row.get("seconds"))),
    Column("size_bytes", "Size", lambda row: formats.size(row.get("size_bytes"))),
    Column("latency_ms", "Latency", lambda row: formats.milliseconds(row.get("latency_ms"))),
)


def section() -> html.Div:
    """Return the place of the table and of the button under it."""
    train = dmc.Button("Train with these", id="train-best", leftSection=icon("play", 16))
    words = html.Span("The settings of rank 1, on all photos.", className="muted")
    follow = html.Div([train, words], id="run-best", className="follow hidden")
    return html.Div([dcc.Store(id="run-order"), follow, html.Div(id="run-result")], className="stack")


def columns_of(result: Json) -> tuple[Column, ...]:
    """Return the columns for a result; none where there is nothing to list."""
    if result.get("trials"):
        return TRIALS
    rows = result.get("leaderboard") or []
    with_top5 = any(row.get("top5") is not None for row in rows)
    return tuple(column for column in BOARD if with_top5 or column.key != "top5") if rows else ()


def listing(result: Json, order: Json | None) -> Any:
    """Return the table of trials or the leaderboard, or nothing."""
    columns = columns_of(result)
    if columns is TRIALS:
        return html.Div(sortable(columns, result["trials"], order), className="inset")
    if not columns:
        return None
    rows = compared(result["leaderboard"])
    remark = html.P(CHANCE, className="muted") if any(by_chance(row) for row in rows) else None
    return html.Div([html.Div(sortable(columns, rows, order), className="inset"), remark], className="stack")


def compared(leaderboard: list[Json]) -> list[Json]:
    """Return the rows with the `ends` of all intervals, between which their bars are drawn."""
    measured = [row for row in leaderboard if row.get("accuracy") is not None]
    low = min((row["accuracy_low"] for row in measured), default=0.0)
    high = max((row["accuracy_high"] for row in measured), default=1.0)
    return [row | {"ends": (low, high)} for row in leaderboard]


def by_chance(row: Json) -> bool:
    """Return whether a row that is not the first might as well be."""
    return row.get("rank") != 1 and bool(row.get("within_chance_of_best"))


def _configuration(row: Json) -> html.Div:
    version = row.get("version")
    report = dcc.Link(row["name"], href=f"/models?version={version}", title=f"Report of {version}")
    lines = [report if version else html.Span(row["name"])]
    if row.get("error"):
        lines.append(html.Span(row["error"], className="row-error"))
    if by_chance(row):
        lines.append(html.Span("within chance of the best", className="row-remark"))
    return html.Div(lines, className="lines")


def _accuracy(row: Json) -> Any:
    if row.get("accuracy") is None:
        return formats.ABSENT
    low, high = row["accuracy_low"], row["accuracy_high"]
    words = [html.Strong(formats.percent(row["accuracy"])), html.Span(formats.interval(low, high))]
    first, last = row["ends"]
    share = 100 / ((last - first) or 1)
    span = html.Span(style={"left": f"{(low - first) * share:.1f}%", "width": f"{(high - low) * share:.1f}%"})
    point = html.I(style={"left": f"{(row['accuracy'] - first) * share:.1f}%"})
    bar = html.Div([span, point], className="interval-bar", **{"aria-hidden": "true"})
    return html.Div([html.Div(words, className="interval-words"), bar], className="lines")


def show(run: Json, order: Json | None, drawn: str | None) -> tuple[Any, ...]:
    """Return the table, the class of what follows it, and what is drawn; nothing when it is drawn already."""
    result = run.get("result") or {}
    drawing = f"{run.get('run_id')}:{run.get('state')}:{order}"
    if drawing == drawn:
        return (no_update,) * 3
    if order and order["by"] not in {column.key for column in columns_of(result)}:
        order = None
    return listing(result, order), "follow" if result.get("best") else "follow hidden", drawing


def sort(_presses: list[int | None], before: Json | None) -> Any:
    """Return the order after a head was pressed."""
    if not ctx.triggered_id or not any(_presses):
        return no_update
    return pressed((*TRIALS, *BOARD), ctx.triggered_id["column"], before)


def train_best(api: ApiClient, clicks: int | None, run: Json) -> Any:
    """Start a run with the best settings found; returns what wakes the poll."""
    best = (run.get("result") or {}).get("best")
    if not clicks or not best:
        return no_update
    return {"started": api.start_training(best)["run_id"]}


def register(app: Dash, _bound: Callable[..., Any]) -> None:
    """Register the callbacks of the result."""
    app.callback(
        Output("run-order", "data"),
        Input({"type": SORT, "column": ALL}, "n_clicks"),
        State("run-order", "data"),
        prevent_initial_call=True,
    )(sort)
