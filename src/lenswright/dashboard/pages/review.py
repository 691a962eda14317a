"""Review: one photo at a time, decided by keys: what it was taken for, why it is here, how many are left."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, facts, go_to, loading
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.tile import picture, shape

KEYED = 9  # more classes than there are number keys are searched for
MOST_AHEAD = 500  # the most the API lists at once
KINDS = {
    "feedback": "Corrected by a user",
    "unsure": "The model was not sure",
    "unknown": "Unlike anything the model knows",
    "label_error": "The last check doubts its label",
}
HINT = "Number keys choose a class, / searches, C confirms, D drops, S skips."


def section(query: Json) -> html.Section:
    """Return the card of the review."""
    kind = dmc.Select(
        id="review-kind",
        data=[{"value": value, "label": label} for value, label in KINDS.items()],
        value=query.get("kind") if query.get("kind") in KINDS else None,
        placeholder="Every reason",
        clearable=True,
        size="xs",
        w=250,
        **{"aria-label": "Why they are here"},
    )
    keyed = {"data-keys": "true", "data-search": "review-search", "data-list": "review"}
    parts = [html.Div(loading(4), id="review-photo"), _decision()]
    body = html.Div(parts, id="review-card", className="review hidden live", **keyed)
    stores = [dcc.Store(id="reviewing"), dcc.Store(id="skipped", data=[])]
    left = html.Span(id="review-left", role="status")
    again = html.Button("Begin again", id="review-again", type="button", className="act")
    restart = html.Div(again, id="review-restart", className="hidden")
    return card(*stores, html.Div(id="review-empty"), restart, body, title=left, aside=kind)


def _decision() -> html.Div:
    search = dmc.Select(
        id="review-search",
        data=[],
        placeholder="Another class …",
        searchable=True,
        size="sm",
        nothingFoundMessage="No such class",
        **{"aria-label": "Another class"},
    )
    skip_it = html.Button(
        [html.Kbd("s"), "Skip"], id="review-skip", type="button", className="act", **{"data-key": "s"}
    )
    parts = [
        html.Div(id="review-facts"),
        html.Div(id="review-classes", className="class-keys"),
        html.Div(search, id="review-searching"),
        html.Div([html.Div(id="review-ways", className="buttons"), skip_it], className="buttons"),
        html.P(HINT, className="keys-hint"),
    ]
    return html.Div(parts, className="stack")


def fetch(api: ApiClient, kind: str | None, skipped: list[str] | None, facts: Json | None) -> Any:
    """Return {"item", "left", "again"} of the first item that was not skipped.

    `item` is None where none is left; `again`: there are skipped ones.
    """
    if not facts or not facts["reachable"]:
        return no_update
    passed = set(skipped or [])
    size = min(MOST_AHEAD, len(passed) + 1)
    found = api.data.review(facts["task"], kind=kind, size=size)
    item = next((item for item in found["items"] if str(item["id"]) not in passed), None)
    here = sum(str(item["id"]) in passed for item in found["items"])
    return {"item": item, "left": found["total"] - here, "again": here}


def show(shown: Json | None, dataset: Json | None) -> tuple[Any, ...]:
    """Return class of the card, what stands there if nothing is left, class of beginning again, how many
    are left, photo, facts, class buttons, class of the search, its choices and value, and the other ways.
    """
    if shown is None:
        return (no_update,) * 11
    item = shown["item"]
    if item is None:
        rest: tuple[Any, ...] = (None, None, None, "hidden", [], None, None)
        return "hidden", finished(shown), "restart" if shown["again"] else "hidden", "Nothing left", *rest
    labels = sorted(row["label"] for row in (dataset or {}).get("classes", []))
    searched = "" if len(labels) > KEYED else "hidden"
    left = f"{formats.count(shown['left'])} left"
    photo = picture(item["photo"], "review-picture")
    keys = [_class(item, label, f"{i}") for i, label in enumerate(offered(item, labels), start=1)]
    return "review live", None, "hidden", left, photo, known(item), keys, searched, labels, None, ways(item)


def finished(shown: Json) -> html.Div:
    """Return what stands where nothing is left to be looked at."""
    if shown["again"]:
        words = f"{formats.plural(shown['again'], 'photo')} skipped."
        return empty("check", "That was the last one", words)
    words = "Corrections by users, unsure predictions and doubtful labels wait here for you."
    return empty("check", "Nothing to review", words, go_to("Check the data", "/data?tab=work"))


def offered(item: Json, labels: list[str]) -> list[str]:
    """Return the classes that have a number key: all while they are few, else those that come to mind."""
    if len(labels) <= KEYED:
        return labels
    likely = [
        item.get("suggested"),
        item.get("predicted_class"),
        item.get("given"),
        item["photo"].get("label"),
    ]
    return list(dict.fromkeys(label for label in likely if label))


def known(item: Json) -> Any:
    """Return why the photo is here, and what was said of it."""
    photo = item["photo"]
    sure = f" · {formats.percent(item['confidence'], 0)}" if item.get("confidence") is not None else ""
    taken, suggested = item.get("predicted_class"), item.get("suggested")
    pairs = [("Taken for", html.Strong(f"{taken}{sure}"))] if taken else []
    if suggested:
        pairs.append(("Suggested", html.Strong(suggested if taken else f"{suggested}{sure}")))
    pairs += [
        ("Its label", item.get("given") or photo.get("label") or "none yet"),
        ("File", photo["filename"]),
        ("Size", shape(photo)),
        ("Here since", formats.ago(item.get("created_at"))),
    ]
    why = html.Span(KINDS.get(item["kind"], item["kind"]), className="pill small busy")
    return html.Div([why, facts(*pairs)], className="stack")


def _class(item: Json, label: str, key: str) -> html.Button:
    deed = {"do": "decide", "item": item["id"], "decision": {"label": label}}
    meant = label in (item.get("suggested"), item.get("predicted_class"))
    return act(label, deed, key=key, look="likely" if meant else "")


def ways(item: Json) -> list[Any]:
    """Return the buttons beside the classes: confirm where there is a label, drop."""
    deed = {"do": "decide", "item": item["id"]}
    right = act("Label is right", {**deed, "decision": {"confirm": True}}, key="c")
    labelled = item["photo"].get("label") is not None
    return [*([right] if labelled else []), act("Drop", {**deed, "decision": {"drop": True}}, key="d")]


def skip(
    _skip: int | None, again: int | None, _kind: str | None, shown: Json | None, skipped: list[str]
) -> Any:
    """Return the items passed over: this one more, or none after beginning again."""
    if ctx.triggered_id == "review-skip":
        item = (shown or {}).get("item")
        return [*skipped, str(item["id"])] if _skip and item else no_update
    return [] if again or ctx.triggered_id == "review-kind" else no_update


def searched(label: str | None, shown: Json | None) -> Any:
    """Return the deed for a class that was searched for."""
    item = (shown or {}).get("item")
    if not label or not item:
        return no_update
    return {"do": "decide", "item": item["id"], "decision": {"label": label}, "at": f"{item['id']}-{label}"}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the review."""
    app.callback(
        Output("reviewing", "data"),
        inputs={
            "kind": Input("review-kind", "value"),
            "skipped": Input("skipped", "data"),
            "facts": Input("facts", "data"),
            "_edited": Input("edited", "data"),
        },
    )(bound(_fetch))
    app.callback(
        Output("review-card", "className"),
        Output("review-empty", "children"),
        Output("review-restart", "className"),
        Output("review-left", "children"),
        Output("review-photo", "children"),
        Output("review-facts", "children"),
        Output("review-classes", "children"),
        Output("review-searching", "className"),
        Output("review-search", "data"),
        Output("review-search", "value"),
        Output("review-ways", "children"),
        Input("reviewing", "data"),
        Input("dataset", "data"),
    )(show)
    app.callback(
        Output("skipped", "data"),
        Input("review-skip", "n_clicks"),
        Input("review-again", "n_clicks"),
        Input("review-kind", "value"),
        State("reviewing", "data"),
        State("skipped", "data"),
        prevent_initial_call=True,
    )(skip)
    app.callback(
        Output("deed", "data", allow_duplicate=True),
        Input("review-search", "value"),
        State("reviewing", "data"),
        prevent_initial_call=True,
    )(searched)


def _fetch(api: ApiClient, _edited: Json | None, **asked: Any) -> Any:
    return fetch(api, asked["kind"], asked["skipped"], asked["facts"])
