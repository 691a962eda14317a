"""The report of one edit: what came of each file or photo, page by page, and why some were refused."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, loading, notice, table
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.edit_words import OUTCOMES, entry_words, title_of, undoable
from lenswright.errors import ApiRefused

PAGE_SIZE = 50
COLUMNS = ["File", "Came of it", "Split", "Why"]


def section(number: int) -> html.Div:
    """Return the place of the report of edit `number`."""
    outcome = dmc.Select(
        id="entries-outcome",
        data=[{"value": value, "label": words} for value, words in OUTCOMES.items()],
        placeholder="Every outcome",
        clearable=True,
        size="xs",
        w=170,
        **{"aria-label": "Outcome"},
    )
    pages = dmc.Pagination(id="entries-page", total=1, value=1, size="sm", hideWithOnePage=True)
    foot = html.Div([html.Span(id="entries-count", role="status"), pages], className="spread gallery-foot")
    back = dcc.Link("All edits", href="/data?tab=history", className="button")
    head = html.Div([html.H2(id="edit-title"), html.Div([outcome, back], className="buttons")])
    head.className = "card-head"
    return card(
        dcc.Store(id="edit-number", data=number),
        head,
        html.Div(id="edit-head", className="stack"),
        html.Div(loading(5), id="entries", className="live inset"),
        foot,
        className="stack report-card",
    )


def show(
    api: ApiClient, page: int | None, outcome: str | None, facts: Json | None, number: int
) -> tuple[Any, ...]:
    """Return title, head, table, pages, page shown and count of one edit."""
    if not facts or not facts["reachable"]:
        return (no_update,) * 6
    try:
        found = api.data.edit(number, outcome=outcome, page=page or 1, size=PAGE_SIZE)
    except ApiRefused as exc:
        return f"Edit {number}", notice("bad", str(exc)), None, 1, 1, ""
    rows = [_row(entry) for entry in found["entries"]]
    listed = table(COLUMNS, rows) if rows else html.P("Nothing with this outcome.", className="muted")
    pages = max(1, -(-found["total"] // PAGE_SIZE))
    words = formats.plural(found["total"], "entry", "entries")
    return f"{title_of(found)} · edit {number}", head(found), listed, pages, min(page or 1, pages), words


def head(edit: Json) -> list[Any]:
    """Return counts, who and when, and what can be done with the edit."""
    tones = {"stored": "stored", "refused": "refused"}
    counts = [
        html.Span(
            [html.Strong(formats.count(n)), f" {OUTCOMES.get(outcome, outcome)}"],
            className=f"count {tones.get(outcome, '')}",
        )
        for outcome, n in (edit.get("counts") or {}).items()
        if n
    ]
    told = [f"by {edit['by']}", formats.moment(edit["at"])]
    told += [f"source {edit['source']}"] if edit.get("source") else []
    if edit.get("undone_by"):
        told.append(f"taken back by edit {edit['undone_by']}")
    undo = act("Undo all of it", {"do": "undo", "edit": edit["id"]})
    photos = dcc.Link("Its photos", href=f"/data?tab=photos&batch={edit['id']}", className="act")
    stored = (edit.get("counts") or {}).get("stored")
    ways = [*([photos] if stored else []), *([undo] if undoable(edit) else [])]
    return [
        html.Div(counts, className="counts"),
        html.Div([html.Span(" · ".join(told), className="muted"), html.Div(ways, className="buttons")]),
    ]


def _row(entry: Json) -> list[Any]:
    photo, name = entry.get("photo_id"), entry.get("filename") or f"photo {entry.get('photo_id')}"
    file: Any = html.Span(name, title=name)
    if photo is not None:
        file = html.Button(name, type="button", className="row-button", title=name, **{"data-open": photo})
    refused = entry.get("outcome") == "refused"
    before, after = entry.get("split_before"), entry.get("split_after")
    split = f"{before} → {after}" if before and after and before != after else after or before
    reason = entry.get("reason") or (entry.get("code") or "").replace("_", " ")
    return [
        html.Span(file, className="name"),
        html.Span(entry_words(entry), className="pill small bad" if refused else ""),
        split or formats.ABSENT,
        html.Span(reason, title=reason, className="clip"),
    ]


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the report."""
    app.callback(
        Output("edit-title", "children"),
        Output("edit-head", "children"),
        Output("entries", "children"),
        Output("entries-page", "total"),
        Output("entries-page", "value"),
        Output("entries-count", "children"),
        Input("entries-page", "value"),
        Input("entries-outcome", "value"),
        Input("facts", "data"),
        Input("edited", "data"),
        State("edit-number", "data"),
    )(bound(lambda api, page, outcome, facts, _edited, number: show(api, page, outcome, facts, number)))
