"""Models: the versions of a task, which one serves, promote and roll back. The report is beside it."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, go_to, loading, page, table
from lenswright.dashboard.chrome import notification
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import model_report
from lenswright.dashboard.pages.model_report import chosen_of

COLUMNS = ["Version", "Verdict", "Accuracy", "95 % interval", "Macro F1", "Size", "Made"]


def layout(**_query: str) -> html.Div:
    """Return the table of versions and the place of the report."""
    back = dmc.Button(
        "Roll back", id="rollback", variant="default", leftSection=icon("undo", 16), className="hidden"
    )
    return page(
        "Models",
        html.Span(id="models-lead", children="\u00a0"),
        dcc.Store(id="models"),
        dcc.Store(id="chosen"),
        dcc.Store(id="pending"),
        card(html.Div(loading(4), id="versions"), title="Versions", className="live"),
        model_report.section(),
        _confirmation(),
        actions=back,
    )


def _confirmation() -> dmc.Modal:
    buttons = dmc.Group(
        [
            dmc.Button("Cancel", id="confirm-no", variant="default"),
            dmc.Button("Confirm", id="confirm-yes"),
        ],
        justify="flex-end",
        mt="lg",
    )
    return dmc.Modal([html.Div(id="confirm-words"), buttons], id="confirm", centered=True)


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


def ask(
    api: ApiClient, promote: int | None, back: int | None, models: Json | None, chosen: str | None
) -> tuple[Any, ...]:
    """Return whether the confirmation opens, its title, words and button, and what is pending."""
    if not models or not (promote if ctx.triggered_id == "promote" else back):
        return (no_update,) * 5
    if ctx.triggered_id == "rollback":
        before = champion_before(api.model(models["champion"])["history"], models["champion"])
        words = _consequence(models, html.Code(before) if before else "The champion before")
        return True, "Roll back?", words, "Roll back", {"act": "rollback", "task": models["task"]}
    version = chosen_of(models, chosen)
    words = [*_consequence(models, html.Code(version)), *_warning(models, version)]
    return True, "Promote this version?", words, "Promote", {"act": "promote", "version": version}


def _consequence(models: Json, version: Any) -> list[Any]:
    after = [" instead of ", html.Code(models["champion"])] if models["champion"] else []
    sentence = [
        version,
        " answers ",
        html.Strong(models["task"]),
        *after,
        " within seconds, in all instances.",
    ]
    return [html.P(sentence), _KEEPS]


def champion_before(history: list[Json], champion: str) -> str | None:
    """Return which version a roll-back brings back, as far as the newest entry of the history tells.

    After another roll-back it does not: promotions pile up, and only the API knows the pile.
    """
    newest = history[0] if history else None
    if newest is None or newest["version"] != champion or newest["reason"].startswith("Rolled back"):
        return None
    return str(newest["previous"]) if newest["previous"] else None


_KEEPS = html.P("No request is lost, and you can go back at any time.", className="muted")


def _warning(models: Json, version: str | None) -> list[Any]:
    judged = next((m["verdict"] for m in models["models"] if m["version"] == version), None)
    return (
        [html.P([html.Strong("The gate said: "), judged["reason"]])]
        if judged and not judged["promote"]
        else []
    )


def act(api: ApiClient, clicks: int | None, pending: Json | None) -> tuple[Any, ...]:
    """Promote or roll back; returns closed window, notification, and what wakes the poll."""
    if not clicks or not pending:
        return (no_update,) * 3
    if pending["act"] == "rollback":
        done = api.rollback(pending["task"])
    else:
        done = api.promote(pending["version"], "promoted in the dashboard")
    told = notification("New champion", f"{done['version']} answers {done['task']} now.", "good")
    return False, [told], {"champion": done["version"]}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    model_report.register(app, bound)
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
    _confirm(app, bound)


def _confirm(app: Dash, bound: Callable[..., Any]) -> None:
    app.callback(
        Output("confirm", "opened"),
        Output("confirm", "title"),
        Output("confirm-words", "children"),
        Output("confirm-yes", "children"),
        Output("pending", "data"),
        Input("promote", "n_clicks"),
        Input("rollback", "n_clicks"),
        State("models", "data"),
        State("chosen", "data"),
        prevent_initial_call=True,
    )(bound(ask))
    app.callback(
        Output("confirm", "opened", allow_duplicate=True),
        Output("notifications", "sendNotifications", allow_duplicate=True),
        Output("wake", "data", allow_duplicate=True),
        Input("confirm-yes", "n_clicks"),
        State("pending", "data"),
        prevent_initial_call=True,
        running=[(Output("confirm-yes", "loading"), True, False)],
    )(bound(act))
    app.clientside_callback(
        "() => false",
        Output("confirm", "opened", allow_duplicate=True),
        Input("confirm-no", "n_clicks"),
        prevent_initial_call=True,
    )
