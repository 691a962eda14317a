"""Data: what there is to learn from, in tabs. Each tab is an address of its own and asks only when shown."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import page
from lenswright.dashboard.pages import (
    advice,
    deeds,
    drawer,
    exchange,
    gallery,
    history,
    holdings,
    review,
    worklists,
)

TABS: dict[str, tuple[str, ModuleType]] = {
    "overview": ("Overview", holdings),
    "photos": ("Photos", gallery),
    "work": ("Work lists", worklists),
    "review": ("Review", review),
    "advice": ("Advice", advice),
    "history": ("History", history),
    "exchange": ("Exchange", exchange),
}


def layout(tab: str = "overview", **query: str) -> html.Div:
    """Return the page with one tab; `query` is the rest of the address, which the tab may read."""
    tab = tab if tab in TABS else "overview"
    return page(
        "Data",
        html.Span(id="data-lead", children="\u00a0"),
        dcc.Store(id="dataset"),
        _tabs(tab),
        TABS[tab][1].section(query),
        drawer.drawer(),
        deeds.toast(),
    )


def _tabs(shown: str) -> html.Nav:
    links = [
        html.Span(
            dcc.Link([label, html.Span(id=f"tab-{name}-note", className="tab-note")], href=address(name)),
            className="subtab shown" if name == shown else "subtab",
            **({"aria-current": "page"} if name == shown else {}),
        )
        for name, (label, _) in TABS.items()
    ]
    return html.Nav(links, className="subtabs", **{"aria-label": "Data"})


def address(tab: str) -> str:
    """Return the address of a tab."""
    return "/data" if tab == "overview" else f"/data?tab={tab}"


def fetch(api: ApiClient, facts: Json | None, _edited: Json | None) -> Any:
    """Return the data set's counts for the Store; nothing while there is nobody to ask."""
    if not facts or not facts["reachable"]:
        return no_update
    return api.dataset(facts["task"])


def lead(dataset: Json | None) -> tuple[Any, Any]:
    """Return the line under the title, and how many photos wait to be reviewed."""
    if dataset is None:
        return no_update, no_update
    parts = [
        formats.plural(dataset["total"], "photo"),
        formats.plural(len(dataset["classes"]), "class", "classes"),
    ]
    if dataset.get("unlabelled"):
        parts.append(f"{formats.count(dataset['unlabelled'])} without a label")
    waiting = dataset.get("to_review")
    words = " · ".join([*parts, formats.size(dataset.get("size_bytes"))])
    return words, formats.count(waiting) if waiting else None


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page and of all its tabs."""
    for part in (deeds, drawer, *(module for _, module in TABS.values())):
        part.register(app, bound)
    app.callback(Output("dataset", "data"), Input("facts", "data"), Input("edited", "data"))(bound(fetch))
    app.callback(
        Output("data-lead", "children"), Output("tab-review-note", "children"), Input("dataset", "data")
    )(lead)
