"""Photos: all of them, filtered, page by page, to be selected and opened. What is done to them: bulk.py."""

import json
from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, go_to
from lenswright.dashboard.pages import bulk, filters
from lenswright.dashboard.pages.tile import tile

SIZES = ("48", "96", "240")
KEYS = "Click or Space selects, Shift a range, A all of them, Enter opens, Esc clears."


def section(query: Json) -> html.Section:
    """Return the gallery's card; `query` is what the address asks for."""
    boxes = {"role": "listbox", "aria-multiselectable": "true", "aria-label": f"Photos. {KEYS}"}
    return card(
        dcc.Store(id="selecting"),
        filters.bar(query),
        bulk.bar(),
        html.Div(id="gallery", className="gallery live", **boxes),
        _foot(),
        className="stack photos",
    )


def _foot() -> html.Div:
    pages = dmc.Pagination(
        id="gallery-page", total=1, value=1, siblings=1, size="sm", withControls=False, hideWithOnePage=True
    )
    size = dmc.Select(
        id="gallery-size",
        data=[{"value": size, "label": f"{size} a page"} for size in SIZES],
        value=SIZES[0],
        allowDeselect=False,
        size="xs",
        w=120,
        **{"aria-label": "Photos on a page"},
    )
    left = html.Div([html.Span(id="gallery-count", role="status"), size], className="gallery-size")
    return html.Div([left, html.Span(KEYS, className="keys-hint"), pages], className="gallery-foot spread")


def show(
    api: ApiClient,
    page: int,
    size: str,
    where: str,
    chosen: Json,
    facts: Json | None,
    drawn: str | None = None,
) -> tuple[Any, ...]:
    """Return tiles, number of pages, page shown, the count in words, and the filters they were drawn with.

    Filters other than `drawn` begin at their first page.
    """
    if not facts or not facts["reachable"]:
        return (no_update,) * 5
    wanted, n = filters.wanted(where, chosen), int(size)
    key = json.dumps([facts["task"], n, wanted])
    page = (page or 1) if drawn in (None, key) else 1
    found = api.data.photos(facts["task"], page=page, size=n, **wanted)
    total = found["total"]
    pages = max(1, -(-total // n))
    if page > pages:
        page = pages
        found = api.data.photos(facts["task"], page=page, size=n, **wanted)
    before = (page - 1) * n
    first, last = formats.count(before + 1), formats.count(before + len(found["photos"]))
    words = f"{first} – {last} of {formats.count(total)}" if total else ""
    filtered = any(value for name, value in wanted.items() if name != "order")
    return tiles(found["photos"], where if filtered else ""), pages, page, words, key


def tiles(photos: list[Json], filtered: str) -> Any:
    """Return one tile per photo, or what to do when there is none; `filtered` by what, `` by nothing."""
    if photos:
        return [tile(photo) for photo in photos]
    if filtered == "bin":
        return empty("bin", "The bin is empty", "What you delete lies here for a while before it goes.")
    if filtered:
        return empty("photo", "No photo matches", "Choose other filters, or fewer of them.")
    words = "What you upload appears here, ready to be looked through."
    return empty("photo", "No photos yet", words, go_to("Add photos", "/data"))


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the gallery."""
    bulk.register(app, bound)
    chosen = {name: Input(f"gallery-{name}", "value") for name in filters.FILTERS}
    app.callback(
        [
            Output("gallery", "children"),
            Output("gallery-page", "total"),
            Output("gallery-page", "value"),
            Output("gallery-count", "children"),
            Output("gallery", "data-drawn"),
        ],
        inputs={
            "page": Input("gallery-page", "value"),
            "size": Input("gallery-size", "value"),
            "where": Input("gallery-where", "value"),
            "chosen": chosen,
            "facts": Input("facts", "data"),
            "_edited": Input("edited", "data"),
        },
        state={"drawn": State("gallery", "data-drawn")},
    )(bound(_show))
    app.callback(Output("gallery-label", "data"), Output("gallery-source", "data"), Input("dataset", "data"))(
        filters.choices
    )


def _show(api: ApiClient, _edited: Json | None, **shown: Any) -> tuple[Any, ...]:
    return show(api, **shown)
