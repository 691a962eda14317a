"""History: every change to the data, who made it and when, with Undo; its report; the frozen data sets."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, loading, table
from lenswright.dashboard.pages import edit_report, snapshots
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.edit_words import counts_words, title_of, undoable

PAGE_SIZE = 20
COLUMNS = ["No.", "What", "Came of it", ""]
WHICH = {"all": "Everything", "batches": "Batches"}


def section(query: Json) -> html.Div:
    """Return the list of edits, or the report of one if the address names it."""
    number = query.get("edit", "")
    if number.isdecimal():
        return edit_report.section(int(number))
    which = dmc.SegmentedControl(
        id="edits-which",
        value="batches" if query.get("batches") else "all",
        size="xs",
        data=[{"value": value, "label": label} for value, label in WHICH.items()],
        **{"aria-label": "Which edits"},
    )
    pages = dmc.Pagination(id="edits-page", total=1, value=1, size="sm", hideWithOnePage=True)
    foot = html.Div([html.Span(id="edits-count", role="status"), pages], className="spread gallery-foot")
    edits = card(
        html.Div(loading(5), id="edits", className="live edits", **{"data-list": "edits"}),
        foot,
        title="What was changed",
        aside=which,
    )
    return html.Div([edits, snapshots.section()], className="stack")


def show(api: ApiClient, page: int | None, which: str | None, facts: Json | None) -> tuple[Any, ...]:
    """Return the table of edits, its pages, the page shown and how many there are."""
    if not facts or not facts["reachable"]:
        return (no_update,) * 4
    task, batches = facts["task"], which == "batches"
    found = api.data.edits(task, page=page or 1, size=PAGE_SIZE, batches=batches)
    pages = max(1, -(-found["total"] // PAGE_SIZE))
    if (page or 1) > pages:
        page = pages
        found = api.data.edits(task, page=pages, size=PAGE_SIZE, batches=batches)
    if not found["edits"]:
        words = "Every upload, every changed label and every deletion is listed here and can be taken back."
        return empty("undo", "Nothing has been changed yet", words), 1, 1, ""
    rows = [_row(edit) for edit in found["edits"]]
    return table(COLUMNS, rows), pages, page or 1, formats.plural(found["total"], "edit")


def _row(edit: Json) -> list[Any]:
    number = edit["id"]
    link = dcc.Link(f"{number}", href=f"/data?tab=history&edit={number}", title=f"Report of edit {number}")
    told = [edit["by"], formats.ago(edit["at"]), *([edit["source"]] if edit.get("source") else [])]
    remark = html.Span(" · ".join(told), className="row-remark", title=formats.moment(edit["at"]))
    return [
        link,
        html.Div([html.Span(title_of(edit)), remark], className="lines"),
        html.Span(counts_words(edit), className="came"),
        state(edit),
    ]


def state(edit: Json) -> Any:
    """Return the button that takes the edit back, or why there is none."""
    if edit.get("undone_by"):
        return html.Span(f"taken back by {edit['undone_by']}", className="came muted")
    if edit.get("ended_at") is None:
        return html.Span("goes on", className="pill small busy")
    if not undoable(edit):
        return None
    name = {"aria-label": f"Undo edit {edit['id']}"}
    return act("Undo", {"do": "undo", "edit": edit["id"]}, look="compact", **name)


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the history."""
    edit_report.register(app, bound)
    snapshots.register(app, bound)
    app.callback(
        Output("edits", "children"),
        Output("edits-page", "total"),
        Output("edits-page", "value"),
        Output("edits-count", "children"),
        Input("edits-page", "value"),
        Input("edits-which", "value"),
        Input("facts", "data"),
        Input("edited", "data"),
    )(bound(lambda api, page, which, facts, _edited: show(api, page, which, facts)))
