"""The knobs as they live on the page: drawn for a kind of run, collected, marked where they are wrong.

The Store `changed` holds what differs from the defaults; `form` all that a new run is asked to do:
{"kind", "preset", "changed", "configurations"}.
"""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from lenswright.dashboard.api_client import Json
from lenswright.dashboard.pages import knobs
from lenswright.dashboard.pages.knobs import KNOB, NOTE, SWITCH

Id = dict[str, str]


def section() -> html.Div:
    """Return the place of the knobs under a line that takes all changes back."""
    reset = dmc.Button(
        "Reset to defaults", id="knobs-reset", variant="subtle", color="gray", size="compact-sm"
    )
    head = html.Div([html.H3("Settings"), html.Div(reset, id="knobs-reset-place")], className="spread")
    return html.Div(
        [dcc.Store(id="changed", data={}), dcc.Store(id="form"), head, html.Div(id="knobs")],
        className="stack knobs",
    )


def draw(options: Json | None, kind: str, preset: str, _reset: int | None, changed: Json) -> Any:
    """Return the knobs that matter to such a run, with their present values; after a reset their defaults."""
    if not options:
        return no_update
    return knobs.form(options, kind, preset, {} if ctx.triggered_id == "knobs-reset" else changed)


def collect(
    values: list[Any],
    switches: list[bool],
    _reset: int | None,
    value_ids: list[Id],
    switch_ids: list[Id],
    options: Json | None,
    before: Json,
) -> Any:
    """Return what differs from the defaults, of what is shown and what is not."""
    if not options:
        return no_update
    if any(cause["prop_id"] == "knobs-reset.n_clicks" for cause in ctx.triggered):
        return {}
    ids, given = [*value_ids, *switch_ids], [*values, *switches]
    shown = {knob["name"]: value for knob, value in zip(ids, given, strict=True)}
    after = knobs.differing(options, shown, before)
    return no_update if after == before else after


def gather(kind: str, preset: str, changed: Json, configurations: list[Json]) -> Json:
    """Return what stands in the form."""
    return {"kind": kind, "preset": preset, "changed": changed, "configurations": configurations}


def mark(
    form: Json | None, knob_ids: list[Id], refusal: Json | None, note_ids: list[Id], options: Json | None
) -> tuple[Any, ...]:
    """Return what is wrong with each knob, what each group says of itself, and the class of the reset."""
    if not options or not form:
        return [no_update] * len(knob_ids), [no_update] * len(note_ids), "hidden"
    fields, changed = knobs.fields_for(options, form["kind"], form["preset"]), form["changed"]
    problems = knobs.refused(refusal, form) | knobs.wrong(fields, changed)
    notes = [knobs.note(fields, group["name"], changed, problems) for group in note_ids]
    return [problems.get(knob["name"]) for knob in knob_ids], notes, "" if changed else "hidden"


def register(app: Dash, _bound: Callable[..., Any]) -> None:
    """Register the callbacks of the knobs."""
    options, reset = Input("options", "data"), Input("knobs-reset", "n_clicks")
    kind, preset = Input("train-kind", "value"), Input("train-preset", "value")
    knob = {"type": KNOB, "name": ALL}
    app.callback(Output("knobs", "children"), options, kind, preset, reset, State("changed", "data"))(draw)
    app.callback(
        Output("changed", "data"),
        Input(knob, "value"),
        Input({"type": SWITCH, "name": ALL}, "checked"),
        reset,
        State(knob, "id"),
        State({"type": SWITCH, "name": ALL}, "id"),
        State("options", "data"),
        State("changed", "data"),
    )(collect)
    app.callback(
        Output("form", "data"), kind, preset, Input("changed", "data"), Input("configurations", "data")
    )(gather)
    app.callback(
        Output(knob, "error"),
        Output({"type": NOTE, "name": ALL}, "children"),
        Output("knobs-reset-place", "className"),
        Input("form", "data"),
        Input(knob, "id"),  # drawn anew, they have lost their marks
        Input("refusal", "data"),
        State({"type": NOTE, "name": ALL}, "id"),
        State("options", "data"),
    )(mark)
