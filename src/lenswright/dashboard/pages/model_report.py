"""One version on the Models page: verdict, what was measured, tab by tab, files, and the promote button."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, notice
from lenswright.dashboard.figures.confusion import MOST_SHOWN_FIRST
from lenswright.dashboard.pages import model_files
from lenswright.dashboard.pages.model_measures import calibration, class_scores, matrix, parts, ranking
from lenswright.dashboard.pages.model_mistakes import mistakes
from lenswright.errors import ApiRefused

TABS = (
    ("confusion", "Confusion"),
    ("classes", "Classes"),
    ("ranking", "Curves"),
    ("calibration", "Calibration"),
    ("parts", "Parts"),
    ("mistakes", "Mistakes"),
    ("files", "Files"),
)


def section() -> html.Div:
    """Return the place of the report."""
    panels = [
        dmc.TabsPanel(
            [*([_which()] if value == "confusion" else []), html.Div(id=f"report-{value}")],
            value=value,
            pt="md",
        )
        for value, _ in TABS
    ]
    names = dmc.TabsList([dmc.TabsTab(label, value=value) for value, label in TABS])
    promote = dmc.Button("Promote", id="promote", className="hidden")
    head = html.Div([html.H2(id="report-title"), promote], className="card-head")
    tabs = dmc.Tabs([names, *panels], value="confusion")
    body = card(head, html.Div(id="report-verdict"), tabs, className="report live")
    return html.Div([dcc.Store(id="report"), body], id="report-section", className="hidden")


def _which() -> dmc.SegmentedControl:
    choices = [
        {"value": "some", "label": f"{MOST_SHOWN_FIRST} most confused"},
        {"value": "all", "label": "All classes"},
    ]
    return dmc.SegmentedControl(
        id="confusion-which",
        data=choices,
        value="some",
        size="xs",
        className="hidden",
        **{"aria-label": "Classes in the matrix"},
    )


def fetch(api: ApiClient, models: Json | None, chosen: str | None) -> Any:
    """Return the shown version with its report; `report` is None when it has none."""
    version = chosen_of(models, chosen) if models else None
    if version is None:
        return None if models else no_update
    try:
        report: Json | None = api.report(version)
    except ApiRefused:  # a bundled model may come without one; the rest is shown all the same
        report = None
    return {"model": api.model(version), "report": report}


def chosen_of(models: Json, chosen: str | None) -> str | None:
    """Return the version to show: the chosen one, else the champion, else the newest."""
    names = [model["version"] for model in models["models"]]
    if chosen in names:
        return chosen
    return models["champion"] or (names[0] if names else None)


def head(shown: Json | None) -> tuple[Any, ...]:
    """Return the class of the section, title, verdict and the class of the Promote button."""
    if shown is None:
        return "hidden", None, None, "hidden"
    model = shown["model"]
    return "", html.Code(model["version"]), _verdict(model), "hidden" if model.get("serving") else ""


def _verdict(model: Json) -> list[Any]:
    return [*_judged(model), *_forgotten(model)]


def _forgotten(model: Json) -> list[Any]:
    """Return that photos it learned from are forgotten since, if there are any."""
    n = model.get("forgotten_photos") or 0
    words = f"{formats.plural(n, 'photo')} it learned from {'was' if n == 1 else 'were'} forgotten since. "
    return [notice("warning", words, "A new model would not have seen them.")] if n else []


def _judged(model: Json) -> list[Any]:
    judged = model.get("verdict")
    if judged:
        words = [notice("good" if judged["promote"] else "warning", judged["reason"])]
        numbers = _numbers(judged.get("numbers") or {})
        return [*words, *_overridden(model), *([html.Div(numbers, className="numbers")] if numbers else [])]
    if model.get("serving"):
        return [notice("calm", "It came with lenswright and was not compared with another model.")]
    return []


def _overridden(model: Json) -> list[Any]:
    """Return why it was promoted against the gate, if it was."""
    of_it = [change for change in model.get("history") or [] if change["version"] == model["version"]]
    against = next((change for change in of_it if change.get("overridden")), None)
    return [notice("calm", html.Strong("Promoted against the gate: "), against["reason"])] if against else []


def _numbers(found: Json) -> list[html.Div]:
    """Return what the verdict rests on, as far as it was measured."""
    cells = []
    if found.get("difference") is not None:
        low, high = (formats.points(found[f"difference_{end}"]) for end in ("low", "high"))
        cells += [
            (
                "Difference to the champion",
                formats.points(found["difference"]),
                f"95 % interval {low.split()[0]} to {high}",
            ),
            (
                "Photos gained and lost",
                f"+{formats.count(found['gained'])} / −{formats.count(found['lost'])}",
                "p < 0.001" if found["p_value"] < 0.001 else f"p = {formats.number(found['p_value'])}",
            ),
        ]
    for name, words, write in (
        ("latency_ms", "Per photo", formats.milliseconds),
        ("size_bytes", "Size of the network", formats.size),
    ):
        if found.get(name) is not None:
            most = found.get(f"max_{name}")
            cells.append((words, write(found[name]), f"at most {write(most)}" if most else "no limit"))
    return [html.Div([html.Span(words), html.Strong(value), html.Span(note)]) for words, value, note in cells]


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the report."""
    shown, scheme = Input("report", "data"), Input("scheme", "data")
    model_files.register(app, bound)
    app.callback(Output("report", "data"), Input("models", "data"), Input("chosen", "data"))(bound(fetch))
    app.callback(
        Output("report-section", "className"),
        Output("report-title", "children"),
        Output("report-verdict", "children"),
        Output("promote", "className"),
        shown,
    )(head)
    app.callback(
        Output("report-confusion", "children"),
        Output("confusion-which", "className"),
        shown,
        scheme,
        Input("confusion-which", "value"),
    )(matrix)
    app.callback(Output("report-classes", "children"), shown, scheme)(class_scores)
    app.callback(Output("report-ranking", "children"), shown, scheme)(ranking)
    app.callback(Output("report-calibration", "children"), shown, scheme)(calibration)
    app.callback(Output("report-parts", "children"), shown)(parts)
    app.callback(Output("report-mistakes", "children"), shown)(mistakes)
