"""The check of the data: when it was made, a button that starts it, and how far it is."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.run import phase_words
from lenswright.errors import ApiRefused

WHAT = "It looks for wrong labels and near-duplicates, measures the photos, and says what would help most."


def section() -> html.Section:
    """Return the card of the check."""
    bar = dmc.Progress(id="check-bar", value=0, size="sm", transitionDuration=300, **{"aria-label": "Check"})
    words = html.Div([html.Strong("Check of the data"), html.Span(id="check-when", className="muted")])
    button = html.Span(act("Check the data", {"do": "check"}, look="filled"), id="check-start")
    progress = html.Div(
        [html.Div([html.Span(id="check-phase"), html.Span(id="check-share")], className="spread"), bar],
        id="check-progress",
        className="hidden",
        role="status",
    )
    head = html.Div([words, button], className="spread wrap check-head")
    return card(head, progress, className="stack")


def when(api: ApiClient, facts: Json | None) -> Any:
    """Return when the data were last checked, in words."""
    if not facts or not facts["reachable"]:
        return no_update
    try:
        checked = api.data.suggestions(facts["task"], page=1, size=1).get("checked_at")
    except ApiRefused:  # an API that is older than checks
        return WHAT
    return f"Last made {formats.ago(checked)}. {WHAT}" if checked else f"Never made. {WHAT}"


def progress(live: Json) -> tuple[Any, ...]:
    """Return class of the button, class of the progress, phase, share and the value of the bar."""
    run = (live["status"] or {}).get("training")
    if not run:
        return "", "hidden", "", "", 0
    share = run.get("progress") or 0.0
    what = "Checking" if run.get("kind") == "check" else f"Run {run['run_id']} goes on"
    words = f"{what}: {phase_words(run).lower()}"
    return "hidden", "upload-progress", words, formats.percent(share, 0), 100 * share


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the check."""
    app.callback(Output("check-when", "children"), Input("facts", "data"))(bound(when))
    app.callback(
        Output("check-start", "className"),
        Output("check-progress", "className"),
        Output("check-phase", "children"),
        Output("check-share", "children"),
        Output("check-bar", "value"),
        Input("live", "data"),
    )(progress)
