"""Exchange: a task built from others by a mapping of classes, and all photos of a task as one zip."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, facts, notice, table
from lenswright.dashboard.chrome import slug
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages.mapping import SOURCES, mapping_of
from lenswright.errors import ApiRefused, InputRefused

FUSE = (
    "Photos of other tasks under new names: every breed becomes “dog”, the cats of another set stay “cat”. "
    "No photo is stored twice. With classes held out, the test measures breeds that were never learned."
)
EXPORT = (
    "A zip of dataset/{split}/{class}/{file} with labels.csv. Uploaded to another task it brings labels and "
    "splits back."
)


def section(_query: Json) -> html.Div:
    """Return the form of a new task and the export."""
    name = dmc.TextInput(
        id="fuse-name",
        label="Name of the new task",
        description="One that exists gets what is new.",
        placeholder="cat-or-dog",
    )
    hold = dmc.NumberInput(
        id="fuse-hold",
        label="Source classes held out for the test",
        description="0 splits photo by photo.",
        value=20,
        min=0,
        max=90,
        suffix=" %",
    )
    blocks = [_source(i) for i in range(SOURCES)]
    more = html.Details(
        [html.Summary("More sources"), html.Div(blocks[2:], className="grid two")], className="fold"
    )
    start = dmc.Button("Build the task", id="fuse-start")
    fuse = card(
        html.P(FUSE, className="muted"),
        html.Div([name, hold], className="grid two"),
        html.Div(blocks[:2], className="grid two"),
        more,
        html.Div(start),
        html.Div(id="fuse-result"),
        title="Build a task from others",
        className="stack",
    )
    export = card(
        html.P(EXPORT, className="muted"),
        html.Div(id="export-link"),
        title="Export",
        className="stack",
    )
    return html.Div([fuse, export], className="stack")


def _source(i: int) -> html.Div:
    task = dmc.Select(id=f"fuse-task-{i}", label=f"Source {i + 1}", data=[], clearable=True, searchable=True)
    rest = dmc.TextInput(
        id=f"fuse-rest-{i}",
        label="Every class becomes",
        placeholder="dog; empty drops what is not named below",
    )
    rules = dmc.Textarea(
        id=f"fuse-rules-{i}",
        label="But these",
        placeholder="cat = cat\nfox =",
        description="One a line: class = new name. Nothing after = drops the class.",
        autosize=True,
        minRows=2,
        maxRows=8,
    )
    return html.Div([task, rest, rules], className="stack builder")


def export_link(facts: Json | None, dataset: Json | None) -> Any:
    """Return the link that downloads the task's photos."""
    task, total = (facts or {}).get("task"), (dataset or {}).get("total")
    if not task or total is None:
        return no_update
    if not total:
        return html.P("There are no photos yet.", className="muted")
    words = f"Download {formats.plural(total, 'photo')}, {formats.size((dataset or {}).get('size_bytes'))}"
    address = f"/relay/export?{urlencode({'task': task})}"
    return html.A([icon("download", 16), words], href=address, className="button", download=f"{task}.zip")


def fuse(
    api: ApiClient, clicks: int | None, name: str | None, hold: Any, sources: list[list[str | None]]
) -> tuple[Any, Any]:
    """Build the task; returns what it holds now, or what is wrong with the form, and what wakes the poll.

    `sources` are [task, every other class becomes, rules] of each source.
    """
    if not clicks:
        return no_update, no_update
    try:
        wishes = wishes_of(name, hold, sources)
        done = api.data.fuse(wishes)
    except (InputRefused, ApiRefused) as exc:
        return notice("bad", str(exc)), no_update
    return result(done), {"fused": clicks}


def wishes_of(name: str | None, hold: Any, sources: list[list[str | None]]) -> Json:
    """Return the request. Raises InputRefused if the form is not complete."""
    task = slug(name)
    if not task:
        raise InputRefused(f"Expected a name for the new task. Received: {name or ''!r}.")
    chosen = [{"task": source, "map": mapping_of(rest, rules)} for source, rest, rules in sources if source]
    if not chosen:
        raise InputRefused("Expected at least one source. Received: none.")
    share = hold if isinstance(hold, int | float) else 0
    return {"task": task, "sources": chosen, "hold_out": round(share / 100, 4), "seed": 0}


def result(done: Json) -> Any:
    """Return what the new task holds."""
    added = f"{formats.plural(done['stored'], 'photo')} added to {done['task']}"
    known = f", {formats.count(done['duplicates'])} were there already" if done.get("duplicates") else ""
    rows = [[label, formats.count(n)] for label, n in (done.get("classes") or {}).items()]
    splits = [(split, formats.count(n)) for split, n in (done.get("splits") or {}).items()]
    held = [
        html.P([html.Strong(f"{label}: "), f"held out {', '.join(names)}"], className="muted")
        for label, names in (done.get("held_out") or {}).items()
        if names
    ]
    parts = [
        html.Div(table(["Class", "Photos"], rows, numeric=range(1, 2)), className="inset"),
        facts(*splits),
    ]
    said = notice("good", f"{added}{known}. ", dcc.Link("Choose it above to see it.", href="/data"))
    return html.Div([said, html.Div(parts, className="grid two"), *held], className="stack")


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the exchange."""
    app.callback(Output("export-link", "children"), Input("facts", "data"), Input("dataset", "data"))(
        export_link
    )
    app.callback([Output(f"fuse-task-{i}", "data") for i in range(SOURCES)], Input("dataset", "data"))(
        lambda dataset: [(dataset or {}).get("tasks") or []] * SOURCES
    )
    app.callback(
        output=[Output("fuse-result", "children"), Output("wake", "data", allow_duplicate=True)],
        inputs={"clicks": Input("fuse-start", "n_clicks")},
        state={
            "name": State("fuse-name", "value"),
            "hold": State("fuse-hold", "value"),
            "sources": [
                [State(f"fuse-{part}-{i}", "value") for part in ("task", "rest", "rules")]
                for i in range(SOURCES)
            ],
        },
        prevent_initial_call=True,
        running=[(Output("fuse-start", "loading"), True, False)],
    )(bound(fuse))
