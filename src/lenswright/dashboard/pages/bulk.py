"""What is done to the selected photos at once: a label, the bin, back out of it, confirmed."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import filters

BUTTONS = ("label", "unlabel", "confirm", "delete", "restore")
PAGE_SIZE = 500  # the most the API lists at once
MOST_SELECTED = 20_000  # a request with more numbers than these would be refused as too large
BUTTON_LOOK = {"size": "compact-sm", "variant": "default"}


def bar() -> html.Div:
    """Return the bar over the gallery; it stays empty of buttons until a photo is selected."""
    label = dmc.Autocomplete(
        id="bulk-class", placeholder="Class", size="xs", w=150, data=[], limit=20, **{"aria-label": "Class"}
    )
    set_it = dmc.Button("Set label", id="bulk-label", size="compact-sm")
    name = html.Div([label, set_it], className="bulk-label", id="bulk-labelling")
    rest = [
        dmc.Button("No label", id="bulk-unlabel", **BUTTON_LOOK),
        dmc.Button("Label is right", id="bulk-confirm", leftSection=icon("check", 14), **BUTTON_LOOK),
        dmc.Button("Delete", id="bulk-delete", leftSection=icon("bin", 14), **BUTTON_LOOK),
        dmc.Button("Restore", id="bulk-restore", leftSection=icon("undo", 14), **BUTTON_LOOK),
    ]
    count = [
        html.Strong(id="bulk-count", role="status"),
        html.Button("All that match", id="bulk-everything", type="button", className="link"),
        html.Button("Clear", id="bulk-clear", type="button", className="link"),
    ]
    parts = [html.Div(count, className="bulk-count"), name, *rest]
    return html.Div(parts, id="bulk", className="bulk hidden", role="toolbar", **{"aria-label": "Selected"})


def shown(selected: list[int] | None, where: str | None) -> tuple[str, ...]:
    """Return class of the bar, the count, and the classes of labelling, the others and Restore."""
    n, binned = len(selected or []), where == "bin"
    outside, inside = ("hidden", "") if binned else ("", "hidden")
    names = ("bulk-label hidden" if binned else "bulk-label", outside, outside, outside, inside)
    return ("bulk" if n else "bulk hidden", f"{formats.count(n)} selected", *names)


def deed(pressed: str, selected: list[int], label: str | None, at: Any = None) -> Json | None:
    """Return the deed of a button of the bar; None where there is nothing to do."""
    name = (label or "").strip()
    if not selected or (pressed == "label" and not name):
        return None
    if pressed in ("label", "unlabel"):
        return {"do": "label", "photos": selected, "label": name if pressed == "label" else None, "at": at}
    return {"do": pressed, "photos": selected, "at": at}


def everything(api: ApiClient, facts: Json, where: str, chosen: Json) -> list[int]:
    """Return the numbers of all photos that pass the filters, at most MOST_SELECTED."""
    wanted = filters.wanted(where, chosen)
    found: list[int] = []
    for page in range(1, MOST_SELECTED // PAGE_SIZE + 1):
        listed = api.data.photos(facts["task"], page=page, size=PAGE_SIZE, **wanted)
        found += [photo["id"] for photo in listed["photos"]]
        if len(found) >= listed["total"] or not listed["photos"]:
            break
    return found


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the bar."""
    app.callback(
        Output("bulk", "className"),
        Output("bulk-count", "children"),
        Output("bulk-labelling", "className"),
        *[Output(f"bulk-{name}", "className") for name in BUTTONS[1:]],
        Input("selected", "data"),
        Input("gallery-where", "value"),
    )(shown)
    app.callback(
        Output("deed", "data", allow_duplicate=True),
        *[Input(f"bulk-{name}", "n_clicks") for name in BUTTONS],
        Input("bulk-class", "n_submit"),
        State("selected", "data"),
        State("bulk-class", "value"),
        prevent_initial_call=True,
    )(_pressed)
    app.callback(
        Output("selecting", "data"),
        inputs={
            "_all": Input("bulk-everything", "n_clicks"),
            "edited": Input("edited", "data"),
            "facts": State("facts", "data"),
            "where": State("gallery-where", "value"),
            "chosen": {name: State(f"gallery-{name}", "value") for name in filters.FILTERS},
        },
        prevent_initial_call=True,
    )(bound(_select))
    app.clientside_callback(
        "ids => window.dash_clientside.lenswright.select(ids)",
        Output("selected", "data"),
        Input("selecting", "data"),
        prevent_initial_call=True,
    )
    app.callback(Output("bulk-class", "data"), Input("dataset", "data"))(
        lambda dataset: filters.choices(dataset)[0]
    )


def _pressed(*values: Any) -> Any:
    *clicks, selected, label = values
    if not any(clicks):
        return no_update
    pressed = (ctx.triggered_id or "").removeprefix("bulk-")
    wanted = deed(
        "label" if pressed == "class" else pressed, selected or [], label, sum(filter(None, clicks))
    )
    return wanted or no_update


def _select(
    api: ApiClient, _all: int | None, edited: Json | None, facts: Json, where: str, chosen: Json
) -> Any:
    if ctx.triggered_id == "bulk-everything":
        return everything(api, facts, where, chosen) if _all else no_update
    return no_update if not edited or edited.get("bad") else []  # what is done to them is done
