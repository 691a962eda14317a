"""Training: what to train, whether the photos suffice, start. The run itself is drawn by `run`."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, go_to, notice, page
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import run

LEAST_CLASSES, LEAST_PHOTOS = 2, 5  # what the API asks for before it starts a run
PRESETS = {
    "fast": "Learns on top of a ready-made network. Seconds to minutes; the right choice nearly always.",
    "scratch": "Learns everything from your photos alone. Needs many photos and an hour or more.",
}
BACKBONES = [
    {"value": "auto", "label": "Automatic"},
    {"value": "mobilenet_v2", "label": "MobileNetV2"},
    {"value": "mobilenet_v2_050", "label": "MobileNetV2, half width"},
]
WEIGHTS = [
    {"value": "auto", "label": "Automatic: the best at hand"},
    {"value": "file", "label": "A weights file on the server"},
    {"value": "imagenet", "label": "ImageNet, downloaded by Keras"},
    {"value": "bundled", "label": "From the bundled model"},
    {"value": "none", "label": "None: random"},
]
FIELDS = ("preset", "backbone", "weights", "epochs", "views", "minutes")


def layout(**_query: str) -> html.Div:
    """Return the form, the run and the table of runs."""
    return page(
        "Training",
        html.Span(id="training-lead", children="\u00a0"),
        dcc.Store(id="preflight"),
        html.Div([_form(), run.section()], className="grid side"),
        run.history(),
    )


def _form() -> html.Section:
    preset = dmc.SegmentedControl(
        id="train-preset",
        data=[{"value": "fast", "label": "Fast"}, {"value": "scratch", "label": "From scratch"}],
        value="fast",
        fullWidth=True,
        **{"aria-label": "Preset"},
    )
    more = html.Details([html.Summary("More choices"), _choices()], className="fold")
    start = dmc.Button("Start training", id="train-start", leftSection=icon("play", 16), fullWidth=True)
    words = html.P(PRESETS["fast"], id="train-preset-words", className="muted")
    return card(
        preset, words, more, html.Div(id="train-preflight"), start, title="New run", className="stack"
    )


def _choices() -> html.Div:
    better = "It stops by itself when it no longer gets better."
    turned = "1: as it is. 2: also mirrored. More: also turned and cropped."
    minutes = _number("minutes", "Minutes", "It stops after these.", value=60, most=1440)
    return html.Div(
        [
            _select("backbone", "Network", BACKBONES),
            _select("weights", "Weights to begin with", WEIGHTS),
            _number("epochs", "Epochs at most", better, value=60, most=1000),
            _number("views", "Views of each photo", turned, value=1, most=16),
            html.Div(minutes, id="train-minutes-field", className="hidden"),
        ],
        className="stack",
    )


def _select(field: str, label: str, choices: list[dict[str, str]]) -> dmc.Select:
    return dmc.Select(
        id=f"train-{field}",
        label=label,
        data=choices,
        value="auto",
        allowDeselect=False,
        checkIconPosition="right",
        size="sm",
    )


def _number(field: str, label: str, hint: str, *, value: int, most: int) -> dmc.NumberInput:
    limits = {"min": 1, "max": most, "allowDecimal": False, "clampBehavior": "strict"}
    return dmc.NumberInput(
        id=f"train-{field}", label=label, description=hint, value=value, size="sm", **limits
    )


def choose_preset(preset: str) -> tuple[str, str]:
    """Return the words about a preset and the class of its time budget."""
    return PRESETS[preset], "" if preset == "scratch" else "hidden"


def fetch(api: ApiClient, facts: Json | None) -> Any:
    """Return the data set's counts, which say whether a run can start."""
    if not facts or not facts["reachable"]:
        return no_update
    return api.dataset(facts["task"])


def obstacles(dataset: Json) -> list[str]:
    """Return what stands in the way of a run, in sentences; empty when nothing does."""
    classes = dataset["classes"]
    if len(classes) < LEAST_CLASSES:
        have = f"so far there is only {classes[0]['label']}" if classes else "so far there are none"
        return [f"It takes photos of at least two classes; {have}."]
    found = []
    usable = [(row["label"], row["total"] - row.get("unused", 0)) for row in classes]
    few = [f"{label} ({n})" for label, n in usable if n < LEAST_PHOTOS]
    if few:
        more = f" and {len(few) - 5} more classes" if len(few) > 5 else ""
        found.append(f"Each class takes at least {LEAST_PHOTOS} photos. Too few: {', '.join(few[:5])}{more}.")
    splits = dataset.get("splits") or {}
    missing = [split for split in ("train", "validation", "test") if not splits.get(split)]
    if missing:
        found.append(f"There is no photo for {' and '.join(missing)} yet; more photos will change that.")
    return found


def preflight(dataset: Json | None, facts: Json | None) -> tuple[Any, bool, Any]:
    """Return the obstacles, whether Start is off, and the line under the title."""
    if dataset is None or facts is None:
        return no_update, True, no_update
    lead = f"{facts['task']} · {formats.plural(dataset['labelled'], 'photo')} with a label"
    found = obstacles(dataset)
    if found:
        words = [html.P(text) for text in found]
        return notice("warning", *words, html.Div(go_to("Add photos", "/data"))), True, lead
    if facts["run_id"]:
        return notice("calm", f"Run {facts['run_id']} is going on; one at a time."), True, lead
    return None, not facts["reachable"], lead


def wishes(task: str | None, values: tuple[Any, ...]) -> Json:
    """Return the body of POST /train; a field left empty is left to the API."""
    body = dict(zip(FIELDS, values, strict=True))
    if body["preset"] == "fast":
        body.pop("minutes")
    given = {name: value for name, value in body.items() if value not in (None, "")}
    return {**given, **({"task": task} if task else {})}


def start(api: ApiClient, clicks: int | None, facts: Json | None, *values: Any) -> Any:
    """Start a run; returns what wakes the poll."""
    if not clicks:
        return no_update
    return {"started": api.start_training(wishes((facts or {}).get("task"), values))["run_id"]}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    run.register(app, bound)
    app.callback(
        Output("train-preset-words", "children"),
        Output("train-minutes-field", "className"),
        Input("train-preset", "value"),
    )(choose_preset)
    app.callback(Output("preflight", "data"), Input("facts", "data"))(bound(fetch))
    app.callback(
        Output("train-preflight", "children"),
        Output("train-start", "disabled"),
        Output("training-lead", "children"),
        Input("preflight", "data"),
        Input("facts", "data"),
    )(preflight)
    app.callback(
        Output("wake", "data", allow_duplicate=True),
        Input("train-start", "n_clicks"),
        State("facts", "data"),
        *[State(f"train-{name}", "value") for name in FIELDS],
        prevent_initial_call=True,
        running=[(Output("train-start", "loading"), True, False)],
    )(bound(start))
