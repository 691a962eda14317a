"""The list of configurations that a comparison trains: add one from three choices, remove one."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from lenswright.dashboard.api_client import Json
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import knobs

PARTS = ("preset", "backbone", "weights")
AT_FIRST = [{"preset": "fast"}, {"preset": "best"}]
MOST = 20  # what the API takes


def section() -> html.Div:
    """Return the list and the three choices under it."""
    selects = [
        dmc.Select(
            id=f"configuration-{name}",
            label=knobs.label(name),
            value="fast" if name == "preset" else "auto",
            allowDeselect=False,
            checkIconPosition="right",
            size="sm",
        )
        for name in PARTS
    ]
    add = dmc.Button(
        "Add configuration",
        id="configuration-add",
        variant="default",
        size="sm",
        leftSection=icon("plus", 16),
    )
    listed = html.Ol(id="configurations-list", className="configurations", **{"aria-label": "Configurations"})
    store = dcc.Store(id="configurations", data=AT_FIRST)
    return html.Div([store, listed, html.Div([*selects, add], className="stack builder")], className="stack")


def titles(options: Json) -> dict[str, list[dict[str, str]]]:
    """Return for preset, backbone and weights the choices with their titles."""
    fields = {field["name"]: field for field in options["fields"]}
    presets = [{"value": preset["name"], "label": preset["title"]} for preset in options["presets"]]
    rest = {name: knobs.choices(fields[name], options) for name in ("backbone", "weights")}
    return {"preset": presets, **rest}


def rows(configurations: list[Json], options: Json) -> list[html.Li]:
    """Return one line for each configuration, with a button that removes it."""
    named = {
        part: {row["value"]: row["label"] for row in choices} for part, choices in titles(options).items()
    }
    return [_row(index, configuration, named) for index, configuration in enumerate(configurations)]


def _row(index: int, configuration: Json, named: dict[str, dict[str, str]]) -> html.Li:
    words = [
        str(named[part].get(configuration[part], configuration[part]))
        for part in PARTS
        if part in configuration
    ]
    remove = dmc.ActionIcon(
        icon("close", 14),
        id={"type": "configuration-remove", "index": index},
        variant="subtle",
        color="gray",
        **{"aria-label": f"Remove {', '.join(words)}"},
    )
    return html.Li([html.Span([html.Strong(words[0]), *(f" · {word}" for word in words[1:])]), remove])


def configuration(preset: str, backbone: str, weights: str) -> Json:
    """Return a configuration; what is automatic is left out."""
    rest = {"backbone": backbone, "weights": weights}
    return {"preset": preset, **{name: value for name, value in rest.items() if value != "auto"}}


def added(configurations: list[Json], new: Json) -> list[Json]:
    """Return the list with `new` at its end, unless it is there already or the list is full."""
    return configurations if new in configurations or len(configurations) >= MOST else [*configurations, new]


def change(
    _add: int | None, removals: list[int | None], preset: str, backbone: str, weights: str, before: list[Json]
) -> Any:
    """Add or remove a configuration; returns the new list."""
    if ctx.triggered_id == "configuration-add":
        after = added(before, configuration(preset, backbone, weights))
        return no_update if after == before else after
    if not ctx.triggered_id or not any(removals):  # the buttons were drawn, not pressed
        return no_update
    return [row for index, row in enumerate(before) if index != ctx.triggered_id["index"]]


def show(configurations: list[Json], options: Json | None) -> tuple[Any, ...]:
    """Return the lines of the list and the choices of the three selects."""
    if not options:
        return (no_update,) * 4
    choices = titles(options)
    return rows(configurations, options), *(choices[name] for name in PARTS)


def register(app: Dash, _bound: Callable[..., Any]) -> None:
    """Register the callbacks of the list."""
    app.callback(
        Output("configurations", "data"),
        Input("configuration-add", "n_clicks"),
        Input({"type": "configuration-remove", "index": ALL}, "n_clicks"),
        *[State(f"configuration-{name}", "value") for name in PARTS],
        State("configurations", "data"),
        prevent_initial_call=True,
    )(change)
    app.callback(
        Output("configurations-list", "children"),
        *[Output(f"configuration-{name}", "data") for name in PARTS],
        Input("configurations", "data"),
        Input("options", "data"),
    )(show)
