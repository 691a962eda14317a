"""What a person changes in the data: one deed in, one request, what came of it and the way back out.

A deed is {"do": ..., what it needs}. Buttons carry theirs in `data-act`; assets/deeds.js puts it into the
Store `deed` when they are pressed. What came of it goes into the Store `edited`, which lists read to draw
themselves anew: {"words", "edit" to undo or None, "back" what the button says, "bad", "href"}.
"""

import json
from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.icons import icon
from lenswright.errors import ApiRefused

DONE = {
    "delete": "in the bin",
    "restore": "back",
    "confirm": "confirmed: the label is right",
    "forget": "forgotten for good",
}


def act(label: Any, deed: Json, *, key: str | None = None, look: str = "", **options: Any) -> html.Button:
    """Return a button that does `deed`; the keyboard's `key` presses it, too, and is shown on it."""
    named = label if isinstance(label, list) else [label]
    shown = [html.Kbd(key), *named] if key else named
    more = {"data-key": key} if key else {}
    names = f"act {look} {options.pop('className', '')}".strip()
    return html.Button(
        shown, type="button", className=names, **{"data-act": json.dumps(deed), **more, **options}
    )


def perform(api: ApiClient, deed: Json | None, facts: Json | None) -> Any:
    """Carry out a deed; returns what came of it. What the API refuses is said, not raised."""
    if not deed:
        return no_update
    task = deed.get("task") or (facts or {}).get("task")
    try:
        return {**DEEDS[deed["do"]](api, task, deed), "task": task, "at": deed.get("at")}
    except ApiRefused as exc:
        return {"words": str(exc), "edit": None, "bad": True, "at": deed.get("at")}


def _photos(n: int) -> str:
    return f"{formats.plural(n, 'photo')} {'is' if n == 1 else 'are'} now"


def _answer(done: Json, words: str, *, back: str | None = "Undo") -> Json:
    if not done.get("changed", 1):
        return {"words": "Nothing to change: it is so already.", "edit": None}
    return {"words": words, "edit": done.get("edit") if back else None, "back": back}


def _label(api: ApiClient, task: str | None, deed: Json) -> Json:
    more = {"expected": deed["expected"]} if deed.get("expected") is not None else {}
    more |= {"allow_new_label": True}  # a new class can be taken back at once
    done = api.data.change("label", task, deed["photos"], label=deed["label"], **more)
    label = deed["label"]
    return _answer(done, f"{_photos(done['changed'])} {f'“{label}”' if label else 'without a label'}.")


def _change(api: ApiClient, task: str | None, deed: Json) -> Json:
    done = api.data.change(deed["do"], task, deed["photos"])
    final = deed["do"] == "forget"
    told = _answer(done, f"{_photos(done['changed'])} {DONE[deed['do']]}.", back=None if final else "Undo")
    return {**told, "forgotten": final}


def _undo(api: ApiClient, task: str | None, deed: Json) -> Json:
    done = api.data.undo(task, deed["edit"])
    again = bool(deed.get("again"))
    words = f"{'Done again' if again else 'Taken back'} for {formats.plural(done['changed'], 'photo')}."
    if done.get("skipped"):
        n = len(done["skipped"])
        words += f" {formats.plural(n, 'photo')} changed since and {'stays' if n == 1 else 'stay'} as now."
    return {
        "words": words,
        "edit": done["edit"] if done["changed"] else None,
        "back": "Undo" if again else "Redo",
    }


def _decide(api: ApiClient, task: str | None, deed: Json) -> Json:
    done = api.data.decide(task, str(deed["item"]), deed["decision"])
    label = deed["decision"].get("label")
    words = f"It is “{label}”." if label else "In the bin." if deed["decision"].get("drop") else "Confirmed."
    return {"words": words, "edit": done.get("edit"), "back": "Undo"}


def _check(api: ApiClient, task: str | None, _deed: Json) -> Json:
    run = api.data.check(task)["run_id"]
    return {"words": f"Run {run} looks at every photo.", "edit": None, "href": "/training"}


def _train(api: ApiClient, task: str | None, deed: Json) -> Json:
    run = api.data.train_again(task, deed["snapshot"])["run_id"]
    words = f"Run {run} trains on data set {deed['snapshot']}."
    return {"words": words, "edit": None, "href": "/training"}


DEEDS: dict[str, Callable[[ApiClient, str | None, Json], Json]] = {
    **dict.fromkeys(DONE, _change),
    **{"label": _label, "undo": _undo, "decide": _decide, "check": _check, "train": _train},
}


def toast() -> html.Div:
    """Return the hidden line at the foot of the page that says what was done and takes it back."""
    words = html.Div([html.Span(id="toast-words"), html.Span(id="toast-link")], role="status")
    close = html.Button(
        icon("close", 14), id="toast-close", type="button", className="act quiet", **{"aria-label": "Close"}
    )
    return html.Div([words, html.Span(id="toast-undo"), close], id="toast", className="toast hidden")


def tell(edited: Json | None) -> tuple[Any, ...]:
    """Return class, words, link and undo button of the toast."""
    if not edited:
        return "toast hidden", None, None, None
    link = html.A("Watch it", href=edited["href"]) if edited.get("href") else None
    undo = None
    if edited.get("edit"):
        deed = {"do": "undo", "edit": edited["edit"], "again": edited.get("back") == "Redo"}
        deed |= {"task": edited["task"]} if edited.get("task") else {}  # whatever task is looked at by then
        label = [icon("undo", 14), edited.get("back") or "Undo"]
        undo = act(label, deed, look="quiet", id="toast-button", title="Ctrl+Z")
    return f"toast {'bad' if edited.get('bad') else ''}".strip(), edited["words"], link, undo


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register what carries deeds out and what tells of them."""
    app.callback(
        Output("edited", "data"),
        Output("wake", "data", allow_duplicate=True),
        Input("deed", "data"),
        State("facts", "data"),
        prevent_initial_call=True,
    )(bound(_perform_and_wake))
    app.callback(
        Output("toast", "className"),
        Output("toast-words", "children"),
        Output("toast-link", "children"),
        Output("toast-undo", "children"),
        Input("edited", "data"),
        prevent_initial_call=True,
    )(tell)
    app.clientside_callback(
        "() => 'toast hidden'",
        Output("toast", "className", allow_duplicate=True),
        Input("toast-close", "n_clicks"),
        prevent_initial_call=True,
    )


def _perform_and_wake(api: ApiClient, deed: Json | None, facts: Json | None) -> tuple[Any, Any]:
    edited = perform(api, deed, facts)
    return edited, no_update if edited is no_update else {"edited": edited.get("at")}
