"""The data sets that runs have frozen: what each held, which runs and models it made, train on it again."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, loading, table
from lenswright.dashboard.pages.deeds import act

PAGE_SIZE = 10
MOST_NAMED = 3
COLUMNS = ["Data set", "Made", "Photos", "Hash", "Runs", "Models", ""]


def section() -> html.Section:
    """Return the card of the frozen data sets."""
    pages = dmc.Pagination(id="snapshots-page", total=1, value=1, size="sm", hideWithOnePage=True)
    foot = html.Div([html.Span(), pages], className="spread gallery-foot", id="snapshots-foot")
    return card(
        html.Div(loading(3), id="snapshots", className="live"), foot, title="Data sets of earlier runs"
    )


def show(api: ApiClient, page: int | None, facts: Json | None) -> tuple[Any, Any]:
    """Return the table of data sets and its pages."""
    if not facts or not facts["reachable"]:
        return no_update, no_update
    found = api.data.snapshots(facts["task"], page=page or 1, size=PAGE_SIZE)
    if not found["snapshots"]:
        words = "Each run freezes the exact photos, labels and splits it learns from. They are listed here."
        return html.P(words, className="muted"), 1
    rows = [_row(snapshot) for snapshot in found["snapshots"]]
    return table(COLUMNS, rows, numeric=range(2, 3)), max(1, -(-found["total"] // PAGE_SIZE))


def _row(snapshot: Json) -> list[Any]:
    number, versions = snapshot["id"], snapshot.get("versions") or []
    links: list[Any] = []
    for version in versions[:MOST_NAMED]:
        links.append(dcc.Link(html.Code(version), href=f"/models?version={version}"))
    if len(versions) > MOST_NAMED:
        links.append(html.Span(f"and {len(versions) - MOST_NAMED} more"))
    runs = ", ".join(str(run) for run in snapshot.get("runs") or [])
    again = {"aria-label": f"Train on data set {number} again"}
    return [
        f"{number}",
        html.Span(formats.ago(snapshot["created_at"]), title=formats.moment(snapshot["created_at"])),
        formats.count(snapshot["photos"]),
        html.Code(snapshot["data_hash"][:10], title=snapshot["data_hash"]),
        runs or formats.ABSENT,
        html.Div(links, className="lines") if links else formats.ABSENT,
        act("Train on it again", {"do": "train", "snapshot": number}, look="compact", **again),
    ]


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the data sets."""
    app.callback(
        Output("snapshots", "children"),
        Output("snapshots-page", "total"),
        Input("snapshots-page", "value"),
        Input("facts", "data"),
    )(bound(show))
