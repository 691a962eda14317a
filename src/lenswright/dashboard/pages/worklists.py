"""Work lists: photos that somebody should decide about, a list each, and the check that fills the lists."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, empty, go_to, loading
from lenswright.dashboard.pages import check, doubles, suggestions
from lenswright.dashboard.pages.tile import PROBLEMS, problem_words

PAGE_SIZE = 12
LISTS = {
    "suggestions": "Doubtful labels",
    "conflicts": "Two labels",
    "duplicates": "Near-duplicates",
    "quality": "Quality",
}
KEYS = {
    "suggestions": "1 takes the suggestion, 2 keeps the label, 3 drops the photo; arrows move.",
    "conflicts": "1 takes the other label, 2 keeps the label, 3 drops the photo; arrows move.",
    "duplicates": "",
    "quality": "",
}
MEANING = {
    "suggestions": "A model that had not seen the photo thinks its label wrong; the most doubtful first.",
    "conflicts": "The same picture came in once more under another label, and nobody has decided since.",
    "duplicates": "Nearly the same picture. A group stays in one split: no test photo is learned from.",
    "quality": "Photos that may be too bad to learn from. Look, then delete or keep.",
}


def section(query: Json) -> html.Div:
    """Return the check, the choice of lists and the place of the chosen one."""
    asked = query.get("list", "")
    chosen = asked if asked in LISTS else "suggestions"
    links = [
        dcc.Link(
            label,
            href=f"/data?tab=work&list={name}",
            className="chip shown" if name == chosen else "chip",
        )
        for name, label in LISTS.items()
    ]
    pages = dmc.Pagination(id="work-page", total=1, value=1, size="sm", hideWithOnePage=True)
    only = dmc.Switch(
        id="work-conflicting", label="Only several labels", size="sm", checked=bool(query.get("conflicting"))
    )
    foot = html.Div(
        [html.Span(id="work-count", role="status"), html.Span(KEYS[chosen], className="keys-hint"), pages],
        className="spread gallery-foot",
    )
    aside = html.Div(only, className="" if chosen == "duplicates" else "hidden")
    body = [
        html.P(MEANING[chosen], className="muted"),
        html.Div(loading(4), id="work", className="live", **{"data-list": chosen}),
        foot,
    ]
    head = html.Div([html.Nav(links, className="chips", **{"aria-label": "Work lists"}), aside])
    head.className = "spread wrap"
    return html.Div([check.section(), card(head, *body, className="stack")], className="stack")


def show(
    api: ApiClient, page: int | None, facts: Json | None, chosen: str, conflicting: bool | None
) -> tuple[Any, ...]:
    """Return the chosen list, its pages, the page shown and how many there are."""
    if not facts or not facts["reachable"]:
        return (no_update,) * 4
    if chosen == "quality":
        return quality(api.data.distribution(facts["task"])), 1, 1, ""
    found, page = fetch(api, facts["task"], chosen, page or 1, conflicting=bool(conflicting))
    rows, total = found[DRAWN[chosen][0]], found["total"]
    if not rows:
        return nothing(chosen, found), 1, 1, ""
    drawn = html.Div([DRAWN[chosen][1](row) for row in rows], className=f"cards {chosen}")
    return drawn, max(1, -(-total // PAGE_SIZE)), page, formats.plural(total, *DRAWN[chosen][2])


def fetch(api: ApiClient, task: str | None, chosen: str, page: int, *, conflicting: bool) -> tuple[Json, int]:
    """Return a page of a list and its number; one that is gone becomes the last one there is."""
    more = {"conflicting": conflicting} if chosen == "duplicates" else {}
    ask = getattr(api.data, chosen)
    found: Json = ask(task, page=page, size=PAGE_SIZE, **more)
    last = max(1, -(-found["total"] // PAGE_SIZE))
    return (found, page) if page <= last else (ask(task, page=last, size=PAGE_SIZE, **more), last)


def nothing(chosen: str, found: Json) -> html.Div:
    """Return what stands where a list is empty: there is nothing to do, or nobody has looked yet."""
    if chosen == "suggestions" and not found.get("checked_at"):
        return empty("question", "Not checked yet", "Press “Check the data”; it takes a minute or so.")
    return empty("check", "Nothing to decide", "What turns up later is listed here.")


def quality(found: Json) -> Any:
    """Return one line for each problem, leading to its photos in the gallery."""
    problems = {code: n for code, n in (found.get("problems") or {}).items() if n}
    if not problems:
        return empty(
            "check", "Nothing found", "No photo is blurred, dark, overexposed, tiny or oddly shaped."
        )
    ordered = sorted(problems, key=lambda code: (code not in PROBLEMS, -problems[code]))
    return html.Ul([_problem(code, problems[code]) for code in ordered], className="rows")


def _problem(code: str, n: int) -> html.Li:
    words = html.Span([html.Strong(problem_words(code)), html.Span(formats.plural(n, "photo"))])
    return html.Li([words, go_to("Look at them", f"/data?tab=photos&problem={code}&order=sharpness")])


DRAWN: dict[str, tuple[str, Callable[[Json], Any], tuple[str, ...]]] = {
    "suggestions": ("suggestions", suggestions.suggestion, ("label to check", "labels to check")),
    "conflicts": ("conflicts", suggestions.conflict, ("photo with two labels", "photos with two labels")),
    "duplicates": ("groups", doubles.group, ("group", "groups")),
}


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the lists."""
    check.register(app, bound)
    app.callback(
        [
            Output("work", "children"),
            Output("work-page", "total"),
            Output("work-page", "value"),
            Output("work-count", "children"),
        ],
        inputs={
            "page": Input("work-page", "value"),
            "facts": Input("facts", "data"),
            "conflicting": Input("work-conflicting", "checked"),
            "_edited": Input("edited", "data"),
        },
        state={"chosen": State("work", "data-list")},
    )(bound(_show))


def _show(api: ApiClient, _edited: Json | None, **shown: Any) -> tuple[Any, ...]:
    return show(api, **shown)
