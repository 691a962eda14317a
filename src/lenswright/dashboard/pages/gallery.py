"""The gallery of the Data page: thumbnails with class and split filters, page by page."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty

PAGE_SIZE = 40
SPLITS = ["train", "validation", "test", "unused"]


def section() -> html.Section:
    """Return the gallery's card."""
    filters = html.Div(
        [
            _filter("gallery-label", "Class", [], 190),
            _filter("gallery-split", "Split", SPLITS, 140),
        ],
        className="filters",
    )
    pages = dmc.Pagination(
        id="gallery-page", total=1, value=1, siblings=1, size="sm", withControls=False, hideWithOnePage=True
    )
    return card(
        html.Div(id="gallery", className="gallery live"),
        html.Div([html.Span(id="gallery-count"), pages], className="spread gallery-foot"),
        title="Photos",
        aside=filters,
    )


def _filter(name: str, what: str, choices: list[str], width_px: int) -> dmc.Select:
    return dmc.Select(
        id=name,
        data=choices,
        placeholder=f"All {'classes' if what == 'Class' else 'splits'}",
        clearable=True,
        searchable=what == "Class",
        size="xs",
        w=width_px,
        **{"aria-label": what},
    )


def show(
    api: ApiClient,
    page: int,
    label: str | None,
    split: str | None,
    facts: Json | None,
    drawn: str | None = None,
) -> tuple[Any, ...]:
    """Return tiles, number of pages, page shown, the count in words, and the filter they were drawn with.

    A filter other than `drawn` begins at its first page.
    """
    if not facts or not facts["reachable"]:
        return (no_update,) * 5
    wanted = f"{facts['task']}|{label}|{split}"
    page = page if drawn in (None, wanted) else 1
    found = api.photos(facts["task"], label=label, split=split, page=page or 1, size=PAGE_SIZE)
    total = found["total"]
    pages = max(1, -(-total // PAGE_SIZE))
    if page > pages:
        page = pages
        found = api.photos(facts["task"], label=label, split=split, page=page, size=PAGE_SIZE)
    before = (page - 1) * PAGE_SIZE
    first, last = formats.count(before + 1), formats.count(before + len(found["photos"]))
    words = f"{first} – {last} of {formats.count(total)}" if total else ""
    return tiles(found["photos"], filtered=bool(label or split)), pages, page, words, wanted


def tiles(photos: list[Json], *, filtered: bool) -> Any:
    """Return one tile per photo, or what to do when there is none."""
    if not photos and filtered:
        return empty("photo", "No photo matches", "Choose another class or split.")
    if not photos:
        return empty("photo", "No photos yet", "What you upload appears here, ready to be looked through.")
    return [_tile(photo) for photo in photos]


def _tile(photo: Json) -> html.A:
    label, split = photo.get("label") or "no label", photo.get("split") or ""
    shape = (
        f"{photo['filename']} · {photo['width']} × {photo['height']} · {formats.size(photo['size_bytes'])}"
    )
    content = photo["path"].rsplit("/", 1)[-1][
        :16
    ]  # another data set numbers its photos alike; caches must not
    source = f"/relay/thumbnail/{photo['id']}?{content}"
    image = html.Img(src=source, alt=f"{label}: {photo['filename']}")
    caption = html.Span([html.Span(label, className="tile-label"), html.Span(split, className="tile-split")])
    return html.A(
        [image, caption],
        href=f"/relay/photo/{photo['id']}?{content}",
        target="_blank",
        title=shape,
        className="tile",
    )


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the gallery."""
    app.callback(
        Output("gallery", "children"),
        Output("gallery-page", "total"),
        Output("gallery-page", "value"),
        Output("gallery-count", "children"),
        Output("gallery", "data-drawn"),
        Input("gallery-page", "value"),
        Input("gallery-label", "value"),
        Input("gallery-split", "value"),
        Input("facts", "data"),
        State("gallery", "data-drawn"),
    )(bound(show))
    app.callback(Output("gallery-label", "data"), Input("dataset", "data"))(
        lambda dataset: sorted(row["label"] for row in (dataset or {}).get("classes", []))
    )
