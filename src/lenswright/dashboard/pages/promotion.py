"""Promote or roll back, after a question: what will happen, what the gate said, and why it is overridden."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, table
from lenswright.dashboard.chrome import notification
from lenswright.dashboard.pages.model_report import chosen_of

MOST_SHOWN = 20
_KEEPS = html.P("No request is lost, and you can go back at any time.", className="muted")


def confirmation() -> dmc.Modal:
    """Return the closed window that asks."""
    reason = dmc.TextInput(
        id="confirm-reason",
        label="Why it should serve all the same",
        description="Kept in the history of this task.",
        className="hidden",
    )
    buttons = dmc.Group(
        [
            dmc.Button("Cancel", id="confirm-no", variant="default"),
            dmc.Button("Confirm", id="confirm-yes"),
        ],
        justify="flex-end",
    )
    return dmc.Modal(
        [html.Div([html.Div(id="confirm-words"), reason, buttons], className="stack")],
        id="confirm",
        centered=True,
    )


def history_section() -> Any:
    """Return the place of the history."""
    return html.Div(card(html.Div(id="history"), title="History"), id="history-section", className="hidden")


def ask(
    api: ApiClient, promote: int | None, back: int | None, models: Json | None, chosen: str | None
) -> tuple[Any, ...]:
    """Return whether the window opens, its title, words, button and pending act, and the emptied reason.

    Of the reason: its class, its value and its error.
    """
    if not models or not (promote if ctx.triggered_id == "promote" else back):
        return (no_update,) * 8
    if ctx.triggered_id == "rollback":
        before = champion_before(api.model(models["champion"])["history"], models["champion"])
        words = _consequence(models, html.Code(before) if before else "The champion before")
        pending = {"act": "rollback", "task": models["task"]}
        return True, "Roll back?", words, "Roll back", pending, "hidden", "", None
    return question(models, chosen_of(models, chosen))


def question(models: Json, version: str | None) -> tuple[Any, ...]:
    """Return what `ask` does before a promotion; one against the gate needs a reason."""
    words = _consequence(models, html.Code(version))
    refused = refusal(models, version)
    pending = {"act": "promote", "version": version, "override": refused is not None}
    if refused is None:
        return True, "Promote this version?", words, "Promote", pending, "hidden", "", None
    words.append(html.P([html.Strong("The gate said: "), refused]))
    return True, "Promote against the gate?", words, "Promote anyway", pending, "", "", None


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


def refusal(models: Json, version: str | None) -> str | None:
    """Return why the gate refused the version, None if it did not, or was never asked."""
    judged = next((m["verdict"] for m in models["models"] if m["version"] == version), None)
    return str(judged["reason"]) if judged and not judged["promote"] else None


def act(api: ApiClient, clicks: int | None, pending: Json | None, reason: str | None) -> tuple[Any, ...]:
    """Promote or roll back; returns closed window, notification, what wakes the poll, the reason's error."""
    if not clicks or not pending:
        return (no_update,) * 4
    override = pending.get("override", False)
    if override and not (reason or "").strip():
        return no_update, no_update, no_update, "Say why: the history keeps it."
    if pending["act"] == "rollback":
        done = api.rollback(pending["task"])
    else:
        why = (reason or "").strip() if override else "promoted in the dashboard"
        done = api.promote(pending["version"], why, override)
    told = notification("New champion", f"{done['version']} answers {done['task']} now.", "good")
    return False, [told], {"champion": done["version"]}, None


def history(shown: Json | None) -> tuple[Any, str]:
    """Return the changes of champion, the newest first, and the class of their card."""
    changes = ((shown or {}).get("model") or {}).get("history") or []
    rows = [
        [
            html.Span(formats.ago(change.get("at")), title=formats.moment(change.get("at"))),
            html.Code(change["version"]),
            change["by"],
            html.Span(_reason(change), className="clip", title=_reason(change)),
        ]
        for change in changes[:MOST_SHOWN]
    ]
    return table(["When", "Champion", "By", "Reason"], rows), "" if rows else "hidden"


def _reason(change: Json) -> str:
    return f"overridden: {change['reason']}" if change.get("overridden") else str(change["reason"])


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the question and the history."""
    app.callback(
        Output("confirm", "opened"),
        Output("confirm", "title"),
        Output("confirm-words", "children"),
        Output("confirm-yes", "children"),
        Output("pending", "data"),
        Output("confirm-reason", "className"),
        Output("confirm-reason", "value"),
        Output("confirm-reason", "error"),
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
        Output("confirm-reason", "error", allow_duplicate=True),
        Input("confirm-yes", "n_clicks"),
        State("pending", "data"),
        State("confirm-reason", "value"),
        prevent_initial_call=True,
        running=[(Output("confirm-yes", "loading"), True, False)],
    )(bound(act))
    app.clientside_callback(
        "() => false",
        Output("confirm", "opened", allow_duplicate=True),
        Input("confirm-no", "n_clicks"),
        prevent_initial_call=True,
    )
    app.callback(
        Output("history", "children"), Output("history-section", "className"), Input("report", "data")
    )(history)
