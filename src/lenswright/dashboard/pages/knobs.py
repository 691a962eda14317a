"""The settings of a run as form fields, made from what the API says of each; a new one appears by itself.

`changed` is {name: value} of what differs from its default: all that is ever sent. A value that cannot
be used stays in it, so that it can be shown where it stands.
"""

import re
from typing import Any

import dash_mantine_components as dmc
from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.icons import icon

Field = Json
EMPTY = (None, "")
KNOB, SWITCH, NOTE = "knob", "switch", "knob-note"  # the types of the ids; the names follow
TITLES = {
    "auto": "Automatic",
    "file": "A weights file on the server",
    "imagenet": "ImageNet, downloaded by Keras",
    "bundled": "From the bundled model",
    "none": "None: random",
}
UNITS = {"px": "px", "degrees": "°"}
APART = {"train": ("preset",), "tune": ("preset",), "compare": ("preset", "backbone", "weights")}


def concerns(field: Field, kind: str, preset: str) -> bool:
    """Return whether `field` makes a difference to such a run and stands among the knobs."""
    if field["name"] in APART[kind]:
        return False
    if not field["presets"]:  # one of tuning alone
        return kind == "tune"
    return kind == "compare" or (preset if kind == "train" else "fast") in field["presets"]


def fields_for(options: Json, kind: str, preset: str) -> list[Field]:
    """Return the fields that matter to a run of `kind`."""
    return [field for field in options["fields"] if concerns(field, kind, preset)]


def form(options: Json, kind: str, preset: str, changed: Json) -> html.Div:
    """Return what belongs to the kind of run itself, then the groups, each folded."""
    fields = fields_for(options, kind, preset)
    own = [control(field, changed, options) for field in fields if not field["presets"]]
    groups: dict[str, list[Field]] = {field["group"]: [] for field in options["fields"] if field["presets"]}
    for field in fields:
        if field["presets"]:
            groups[field["group"]].append(field)
    folds = [_group(name, members, changed, options) for name, members in groups.items()]
    return html.Div([*own, html.Div(folds, className="groups")], className="stack")


def _group(name: str, fields: list[Field], changed: Json, options: Json) -> html.Details:
    """Return a group; one without fields stays in its place, hidden, so that the others stay open."""
    note = html.Span(id={"type": NOTE, "name": name}, className="group-note")
    summary = html.Summary([icon("chevron", 14), html.Span(name), note])
    controls = html.Div([control(field, changed, options) for field in fields], className="stack")
    return html.Details([summary, controls], className="group" if fields else "group hidden")


def control(field: Field, changed: Json, options: Json) -> Any:
    """Return the element for one field: Switch, Select, NumberInput or TextInput."""
    name, value = field["name"], changed.get(field["name"], field["default"])
    words = {"label": label(name), "description": description(field)}
    if field["type"] == "boolean":
        return dmc.Switch(id={"type": SWITCH, "name": name}, checked=bool(value), size="sm", **words)
    common = {"id": {"type": KNOB, "name": name}, "value": value, "size": "sm", **words}
    if field["type"] == "choice":
        nullable = {"clearable": field["nullable"], "allowDeselect": field["nullable"]}
        return dmc.Select(data=choices(field, options), checkIconPosition="right", **nullable, **common)
    common["placeholder"] = "Automatic" if field["nullable"] else None
    if field["type"] in ("integer", "number"):
        whole = field["type"] == "integer"
        steps = {"allowDecimal": not whole, "step": 1 if whole else 0.01, "hideControls": not whole}
        return dmc.NumberInput(clampBehavior="none", value=common.pop("value"), **steps, **common)
    return dmc.TextInput(**common)


def choices(field: Field, options: Json) -> list[dict[str, str]]:
    """Return the choices of a field with their titles; networks also with their size."""
    networks = {entry["name"]: entry for entry in options["backbones"]}
    named = []
    for name in field["choices"]:
        network = networks.get(name) if field["name"] == "backbone" else None
        title = network["title"] if network else TITLES.get(name, label(name))
        named.append({"value": name, "label": title})
    return named


def label(name: str) -> str:
    """Return `Learning rate` for `learning_rate`, `Size (px)` for `size_px`."""
    stem, _, unit = name.rpartition("_")
    words = f"{stem} ({UNITS[unit]})" if unit in UNITS else name
    return words.replace("_", " ").capitalize()


def description(field: Field) -> str:
    """Return the help of a field with its range."""
    words = f"{field['help'][:1].upper()}{field['help'][1:]}"
    return f"{words} · {_span(field)}" if _is_number(field) else words


def _is_number(field: Field) -> bool:
    return field["type"] in ("integer", "number")


def _span(field: Field) -> str:
    return f"{_plain(field['least'])}\u00a0–\u00a0{_plain(field['most'])}"


def _plain(value: float) -> str:
    return formats.count(value) if value >= 1000 else f"{value:g}".replace("e-0", "e-")


def differing(options: Json, given: Json, before: Json) -> Json:
    """Return `before` brought up to date with what stands in the form: only what differs from a default."""
    defaults = {field["name"]: field["default"] for field in options["fields"]}
    values = {**before, **{name: None if value in EMPTY else value for name, value in given.items()}}
    return {name: value for name, value in values.items() if name in defaults and value != defaults[name]}


def wrong(fields: list[Field], changed: Json) -> dict[str, str]:
    """Return {name: what was expected} of the values that cannot be used."""
    found = {
        field["name"]: _problem(field, changed[field["name"]]) for field in fields if field["name"] in changed
    }
    return {name: words for name, words in found.items() if words}


def _problem(field: Field, value: Any) -> str | None:
    if value is None:
        return None if field["nullable"] else "Expected a value."
    if not _is_number(field):
        return None
    whole = field["type"] == "integer"
    usable = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if usable and field["least"] <= value <= field["most"]:
        return None
    return f"Expected {'a whole number' if whole else 'a number'}, {_span(field)}."


def refused(refusal: Json | None, asked: Json) -> dict[str, str]:
    """Return {name: what was expected} of the fields the API named, while `asked` is what it refused."""
    if not refusal or refusal["form"] != asked:
        return {}
    sentences = re.findall(r"Expected '(\w+)' to be (.+?)\. Received", refusal["detail"])
    return {name: f"Expected {words}." for name, words in sentences}


def note(fields: list[Field], group: str, changed: Json, problems: dict[str, str]) -> str:
    """Return what a folded group says of itself: `1 to correct`, `2 changed` or nothing."""
    names = [field["name"] for field in fields if field["group"] == group]
    to_correct, differ = sum(name in problems for name in names), sum(name in changed for name in names)
    if to_correct:
        return f"{to_correct} to correct"
    return f"{differ} changed" if differ else ""
