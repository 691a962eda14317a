"""Classify: photos in, answers in words. The browser sends the photos (assets/drop.js) and fills the
Store `classified`; this page only draws it."""

import shlex
from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, go_to, loading, notice, page
from lenswright.dashboard.icons import icon

BARS_SHOWN = 5
WORDS = {
    "accepted": ("good", "Accepted", "As sure as it usually is when it is right."),
    "uncertain": ("warning", "Uncertain", "Not sure. Let a person look at this one."),
    "unknown": ("calm", "Unknown", "Unlike the photos it learned from: perhaps none of its classes."),
}


def layout(**_query: str) -> html.Div:
    """Return the drop zone; results come below it."""
    zone = html.Button(
        [
            icon("photo", 28),
            html.Span("Drop photos here, paste one, or choose files", className="empty-title"),
            html.Span("JPEG, PNG, WebP, GIF, BMP or TIFF. They go to your own API and nowhere else."),
        ],
        className="drop tall",
        type="button",
        id="classify-drop",
        **{"data-drop": "classify", "aria-label": "Choose photos to classify"},
    )
    explain = dmc.Switch(id="classify-explain", label="Show what it looked at", persistence=True)
    clear = dmc.Button("Clear", id="classify-clear", variant="default", className="hidden")
    return page(
        "Classify",
        html.Span(id="classify-lead", children="\u00a0"),
        html.Div(id="classify-problem"),
        zone,
        html.Div(id="classify-results", className="results", **{"aria-live": "polite"}),
        actions=html.Div([explain, clear], className="spread"),
    )


def lead(facts: Json | None) -> tuple[Any, Any]:
    """Return the line under the title and what is in the way, if anything."""
    if not facts or not facts["known"]:
        return "\u00a0", None
    if facts["version"]:
        return ["Answered by ", html.Code(facts["version"])], None
    words = "Upload labelled photos and train one; then this page answers."
    steps = (go_to("Upload photos", "/data"), go_to("Open training", "/training"))
    return f"The task {facts['task']} has no model yet", card(empty("models", "No model yet", words, *steps))


def results(items: list[Json], api_url: str, *, explained: bool = False) -> tuple[list[Any], str]:
    """Return one card per photo, the newest first, and the class of the Clear button.

    `explained`: where the model can tell, the photo shows what spoke for the answer.
    """
    return [_result(item, api_url, explained) for item in items], "" if items else "hidden"


def _result(item: Json, api_url: str, explained: bool) -> html.Section:
    photo = _photo(item, explained)
    if item["state"] == "waiting":
        body = [loading(4)]
    elif item["state"] == "failed":
        detail = item["answer"].get("detail") or "No reason was given."
        body = [html.H3("No answer"), notice("bad", detail)]
    else:
        body = [*_answer(item["answer"]), _foot(item, api_url)]
    return card(html.Div(photo), html.Div(body, className="result-body"), className=f"result {item['state']}")


def _photo(item: Json, explained: bool) -> list[Any]:
    """Return the photo and its name; with the overlay in its place, also what the overlay means."""
    source, words, meaning = item["src"], item["name"], None
    if explained and "overlay" in item:
        seen = item["answer"]["explanation"]["class"]
        source, words = item["overlay"], f"{item['name']}: bright where it spoke for {seen}"
        meaning = html.Div([html.Span(className="heat"), f"spoke for {seen}"], className="result-name")
    elif explained and "unexplained" in item:
        meaning = html.Div("This model cannot show it.", className="result-name", title=item["unexplained"])
    photo = html.Div(html.Img(src=source, alt=words), className="result-photo")
    return [photo, html.Div(item["name"], className="result-name", title=item["name"]), meaning]


def _answer(answer: Json) -> list[Any]:
    kind, word, sentence = WORDS.get(answer["status"], ("calm", answer["status"], ""))
    head = html.Div(
        [html.H3(answer["predicted_class"]), html.Span(word, className=f"pill small {kind}")],
        className="result-head",
    )
    confidence = html.Div(formats.percent(answer["confidence"]), className="result-confidence")
    return [head, confidence, html.P(sentence), *_bars(answer["probabilities"])]


def _bars(probabilities: dict[str, float]) -> list[Any]:
    """Return the first classes as bars and the rest behind a fold."""
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    rows = [_bar(name, share, first=i == 0) for i, (name, share) in enumerate(ranked)]
    bars = [html.Div(rows[:BARS_SHOWN], className="bars")]
    if len(rows) > BARS_SHOWN:
        rest = html.Div(rows[BARS_SHOWN:], className="bars more")
        bars.append(html.Details([html.Summary(f"{len(rows) - BARS_SHOWN} more classes"), rest]))
    return bars


def _bar(name: str, share: float, *, first: bool) -> html.Div:
    fill = html.Div(className="fill" if first else "fill rest", style={"width": f"{share:.1%}"})
    return html.Div(
        [html.Span(name, title=name), html.Span(formats.percent(share)), html.Div(fill, className="bar")],
        className="bar-row",
    )


def _foot(item: Json, api_url: str) -> html.Div:
    answer = item["answer"]
    timing = answer.get("timing_ms") or {}
    took = timing.get("total") or 1000 * (answer.get("prediction_time") or 0)
    decode, model = (formats.milliseconds(timing.get(part)) for part in ("decode", "inference"))
    parts = f"decode {decode}, model {model}"
    copy = dmc.CopyButton(
        value=curl(item["name"], answer.get("task"), api_url),
        children="Copy as curl",
        copiedChildren="Copied",
        variant="subtle",
        color="gray",
        copiedColor="teal",
        size="compact-sm",
    )
    return html.Div([html.Span(formats.milliseconds(took), title=parts), copy], className="result-foot")


def curl(name: str, task: str | None, api_url: str) -> str:
    """Return the command that asks the same question."""
    query = f"?task={task}" if task else ""
    return f"curl -X POST -F {shlex.quote(f'image=@{name}')} {shlex.quote(f'{api_url}/predict{query}')}"


def draw(api: ApiClient, items: list[Json], explained: bool, _path: str) -> tuple[list[Any], str]:
    """Return the result cards for what the browser has put into the Store."""
    return results(items or [], api.url, explained=bool(explained))


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    app.callback(
        Output("classify-lead", "children"), Output("classify-problem", "children"), Input("facts", "data")
    )(lead)
    app.callback(
        Output("classify-results", "children"),
        Output("classify-clear", "className"),
        Input("classified", "data"),
        Input("classify-explain", "checked"),
        State("_pages_location", "pathname"),
    )(bound(draw))
