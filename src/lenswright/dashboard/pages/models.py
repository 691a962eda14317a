"""Models: the versions of a task, which one serves, promote and roll back. The report is beside it."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, ctx, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, go_to, loading, page, table
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import model_report, promotion
from lenswright.dashboard.pages.model_report import chosen_of

COLUMNS = ["Version", "Verdict", "Accuracy", "95 % interval", "Macro F1", "Size", "Made"]


def layout(version: str | None = None, **_query: str) -> html.Div:
    """Return the table of versions and the place of the report, of `version` if the address names one."""
    back = dmc.Button(
        "Roll back", id="rollback", variant="default", leftSection=icon("undo", 16), className="hidden"
    )
    return page(
        "Models",
        html.Span(id="models-lead", children="\u00a0"),
        dcc.Store(id="models"),
        dcc.Store(id="chosen", data=version),
        dcc.Store(id="pending"),
        card(html.Div(loading(4), id="versions"), title="Versions", className="live"),
        model_report.section(),
        promotion.history_section(),
        promotion.confirmation(),
        actions=back,
    )


def fetch(api: ApiClient, facts: Json | None, _wake: Any) -> Any:
    """Return the versions of the task for the Store."""
    if not facts or not facts["reachable"]:
        return no_update
    return api.models(facts["task"])


def versions(models: Json | None, chosen: str | None) -> tuple[Any, Any, str]:
    """Return the table, the line under the title and the class of the roll-back button."""
    if models is None:
        return (no_update,) * 3
    listed = models["models"]
    if not listed:
        words = (
            "A finished training run puts its model here, with what was measured and why it serves or not."
        )
        nothing = empty("models", "No model yet", words, go_to("Open training", "/training"))
        return nothing, models["task"], "hidden"
    chosen = chosen_of(models, chosen)
    rows = [_row(model, shown=model["version"] == chosen) for model in listed]
    lead = f"{models['task']} · {formats.plural(len(listed), 'version')}"
    back = "" if len(listed) > 1 and models["champion"] else "hidden"
    return table(COLUMNS, rows, numeric=range(2, 7)), lead, back


def _row(model: Json, *, shown: bool) -> list[Any]:
    metrics, version = model.get("metrics") or {}, model["version"]
    name = html.Button(
        html.Code(version),
        id={"type": "version", "version": version},
        className="row-button chosen" if shown else "row-button",
        **{"aria-label": f"Show {version}", "aria-pressed": str(shown).lower()},
    )
    return [
        name,
        _verdict(model),
        formats.percent(metrics.get("accuracy")),
        formats.interval(metrics.get("accuracy_low"), metrics.get("accuracy_high")),
        formats.number(metrics.get("macro_f1")),
        formats.size(model.get("size_bytes")),
        html.Span(formats.ago(model.get("created_at")), title=formats.moment(model.get("created_at"))),
    ]


def _verdict(model: Json) -> html.Span:
    judged = model.get("verdict") or {}
    reason = judged.get("reason", "")
    if model.get("serving"):
        return html.Span("Champion", className="pill small good", title=reason)
    if judged and not judged["promote"]:
        return html.Span("Not promoted", className="pill small warning", title=reason)
    return html.Span(
        "Bundled" if model.get("origin") == "bundled" else "Passed", className="pill small", title=reason
    )


def choose(_clicks: list[int | None]) -> Any:
    """Return the version whose row was pressed."""
    return ctx.triggered_id["version"] if ctx.triggered_id and any(_clicks) else no_update


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    model_report.register(app, bound)
    promotion.register(app, bound)
    app.callback(Output("models", "data"), Input("facts", "data"), Input("wake", "data"))(bound(fetch))
    app.callback(
        Output("versions", "children"),
        Output("models-lead", "children"),
        Output("rollback", "className"),
        Input("models", "data"),
        Input("chosen", "data"),
    )(versions)
    app.callback(
        Output("chosen", "data"),
        Input({"type": "version", "version": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(choose)
