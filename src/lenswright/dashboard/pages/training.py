"""Training: what a run shall do, whether the photos suffice, start. The run itself is drawn by `run`."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, go_to, notice, page
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages import comparison, form, knobs, presets, run, run_history
from lenswright.errors import ApiRefused

LEAST_CLASSES, LEAST_PHOTOS = 2, 5  # what the API asks for before it starts a run
NOT_USABLE = (400, 422)  # the API refuses what stands in the form


def layout(**_query: str) -> html.Div:
    """Return the form, the run and the table of runs."""
    return page(
        "Training",
        html.Span(id="training-lead", children="\u00a0"),
        dcc.Store(id="preflight"),
        dcc.Store(id="options"),
        dcc.Store(id="refusal"),
        html.Div([_form(), run.section()], className="grid side"),
        run_history.section(),
    )


def _form() -> html.Section:
    start = dmc.Button("Start training", id="train-start", leftSection=icon("play", 16), fullWidth=True)
    return card(
        presets.kinds(),
        html.P(id="train-kind-words", className="muted hidden"),
        html.Div(presets.group(), id="presets-place"),
        html.Div(comparison.section(), id="comparison-place", className="hidden"),
        form.section(),
        html.Div([html.Div(id="train-preflight"), start], className="stack form-foot"),
        title="New run",
        className="stack",
    )


def fetch(api: ApiClient, facts: Json | None) -> Any:
    """Return the data set's counts, which say whether a run can start."""
    if not facts or not facts["reachable"]:
        return no_update
    return api.dataset(facts["task"])


def fetch_options(api: ApiClient, facts: Json | None, before: Json | None) -> Any:
    """Return what the API offers for a run; nothing when that is known already, so the form stays still."""
    if not facts or not facts["reachable"]:
        return no_update
    options = api.options(facts["task"])
    return no_update if options == before else options


def choose_kind(kind: str) -> tuple[Any, ...]:
    """Return the words about a kind of run, their class, what is shown of the form, and Start's name."""
    shown = ["" if kind == place else "hidden" for place in ("train", "compare")]
    return presets.WORDS[kind], "muted" if presets.WORDS[kind] else "hidden", *shown, presets.STARTS[kind]


def choose_preset(options: Json | None, facts: Json | None) -> Any:
    """Return the cards of the presets."""
    return presets.cards(options, (facts or {}).get("labelled")) if options else no_update


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


def preflight(
    dataset: Json | None, facts: Json | None, options: Json | None, asked: Json | None, refusal: Json | None
) -> tuple[Any, bool, Any]:
    """Return what is in the way, whether Start is off, and the line under the title.

    `asked`: {"kind","preset","changed","configurations"}, what stands in it.
    """
    if dataset is None or facts is None:
        return no_update, True, no_update
    lead = f"{facts['task']} · {formats.plural(dataset['labelled'], 'photo')} with a label"
    found = obstacles(dataset)
    if found:
        words = [html.P(text) for text in found]
        return notice("warning", *words, html.Div(go_to("Add photos", "/data"))), True, lead
    if facts["run_id"]:
        return notice("calm", f"Run {facts['run_id']} is going on; one at a time."), True, lead
    if options is None or asked is None:
        return None, True, lead
    shown, off = _readiness(options, asked, refusal)
    return shown, off or not facts["reachable"], lead


def _readiness(options: Json, asked: Json, refusal: Json | None) -> tuple[Any, bool]:
    fields = knobs.fields_for(options, asked["kind"], asked["preset"])
    problems = knobs.wrong(fields, asked["changed"])
    if problems:
        return notice("warning", f"To correct: {', '.join(knobs.label(name) for name in problems)}."), True
    if refusal and refusal["form"] == asked:
        return notice("bad", refusal["detail"]), False
    if asked["kind"] != "compare":
        return None, False
    if not asked["configurations"]:
        return notice("calm", "Add at least one configuration."), True
    seconds = presets.expected_s(options, asked["configurations"])
    words = f"{presets.about(seconds)} for all {len(asked['configurations'])}." if seconds else None
    return words and html.P(words, className="muted"), False


def wishes(task: str | None, options: Json, asked: Json) -> Json:
    """Return the body of the request: only what differs from the defaults and matters to this run."""
    names = [field["name"] for field in knobs.fields_for(options, asked["kind"], asked["preset"])]
    body = {name: asked["changed"][name] for name in names if name in asked["changed"]}
    if asked["kind"] == "train" and asked["preset"] != presets.FIRST:
        body["preset"] = asked["preset"]
    if asked["kind"] == "compare":
        body["configurations"] = asked["configurations"]
    return {**({"task": task} if task else {}), **body}


def start(
    api: ApiClient, clicks: int | None, facts: Json | None, options: Json | None, asked: Json
) -> tuple[Any, Any]:
    """Start a run; returns what wakes the poll, and what the API refused of the form, if anything."""
    if not clicks or not options:
        return no_update, no_update
    begin = {"train": api.start_training, "tune": api.tune, "compare": api.compare}[asked["kind"]]
    try:
        begun = begin(wishes((facts or {}).get("task"), options, asked))
    except ApiRefused as exc:
        if exc.status not in NOT_USABLE:
            raise
        return no_update, {"detail": str(exc), "form": asked}
    return {"started": begun["run_id"]}, None


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    for part in (run, form, comparison):
        part.register(app, bound)
    facts, options, asked = Input("facts", "data"), Input("options", "data"), Input("form", "data")
    app.callback(Output("preflight", "data"), facts)(bound(fetch))
    app.callback(Output("options", "data"), facts, State("options", "data"))(bound(fetch_options))
    app.callback(Output("preset-cards", "children"), options, facts)(choose_preset)
    app.callback(
        Output("train-kind-words", "children"),
        Output("train-kind-words", "className"),
        Output("presets-place", "className"),
        Output("comparison-place", "className"),
        Output("train-start", "children"),
        Input("train-kind", "value"),
    )(choose_kind)
    app.callback(
        Output("train-preflight", "children"),
        Output("train-start", "disabled"),
        Output("training-lead", "children"),
        Input("preflight", "data"),
        facts,
        options,
        asked,
        Input("refusal", "data"),
    )(preflight)
    app.callback(
        Output("wake", "data", allow_duplicate=True),
        Output("refusal", "data"),
        Input("train-start", "n_clicks"),
        State("facts", "data"),
        State("options", "data"),
        State("form", "data"),
        prevent_initial_call=True,
        running=[(Output("train-start", "loading"), True, False)],
    )(bound(start))
