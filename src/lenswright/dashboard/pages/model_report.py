"""One version on the Models page: verdict, confusion matrix, classes, calibration, files, promote."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import card, facts, figure_of, notice, table
from lenswright.dashboard.figures.classes import dataset_height_px, scores
from lenswright.dashboard.figures.confusion import (
    MOST_NAMED,
    MOST_SHOWN_FIRST,
    MOST_WRITTEN,
    confusion,
    height_px,
    most_confused,
    pairs,
)
from lenswright.dashboard.figures.reliability import reliability
from lenswright.dashboard.icons import icon
from lenswright.errors import ApiRefused

TABS = (
    ("confusion", "Confusion"),
    ("classes", "Classes"),
    ("calibration", "Calibration"),
    ("files", "Files"),
)

LEAST_WIDTH_PX = 560  # names at both axes need this much


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
    judged, serving = model.get("verdict"), model.get("serving")
    words = None
    if judged:
        words = notice("good" if judged["promote"] else "warning", judged["reason"])
    elif serving:
        words = notice("calm", "It came with lenswright and was not compared with another model.")
    return "", html.Code(model["version"]), words, "hidden" if serving else ""


def matrix(shown: Json | None, scheme: str | None, which: str) -> tuple[Any, str]:
    """Return the confusion matrix with the most frequent confusions, and the class of its switch."""
    report = (shown or {}).get("report")
    if not report:
        return html.P("No report came with this version.", className="muted"), "hidden"
    classes, counts = report["confusion_matrix"]["classes"], report["confusion_matrix"]["counts"]
    many = len(classes) > MOST_NAMED
    only = most_confused(counts) if many and which == "some" else None
    size_px = height_px(len(only or classes))
    figure = figure_of(
        confusion(classes, counts, scheme, only),
        size_px,
        "Confusion matrix",
        least_width_px=0 if len(classes) <= MOST_WRITTEN else LEAST_WIDTH_PX,
    )
    return html.Div([figure, _pairs(classes, counts)], className="matrix"), "" if many else "hidden"


def _pairs(classes: list[str], counts: list[list[int]]) -> html.Div:
    rows = [
        html.Li([html.Span([label, html.Span(" taken for "), answer]), html.Strong(formats.count(n))])
        for label, answer, n in pairs(classes, counts)
    ]
    words = html.Ol(rows, className="pairs") if rows else html.P("No photo was confused.", className="muted")
    return html.Div([html.H3("Most frequent confusions"), words])


def class_scores(shown: Json | None, scheme: str | None) -> Any:
    """Return F1 per class as bars, and the table of all scores, the weakest class first."""
    rows = ((shown or {}).get("report") or {}).get("per_class") or []
    if not rows:
        return html.P("No report came with this version.", className="muted")
    ordered = sorted(rows, key=lambda row: row["f1"] or 0.0)
    fields = ("precision", "recall", "f1")
    cells = [
        [row["label"], *(formats.number(row[field]) for field in fields), formats.count(row["support"])]
        for row in ordered
    ]
    bars = figure_of(scores(rows, scheme), min(260, dataset_height_px(len(rows))), "F1 by class")
    return html.Div(
        [bars, table(["Class", "Precision", "Recall", "F1", "Test photos"], cells, numeric=range(1, 5))]
    )


def calibration(shown: Json | None, scheme: str | None) -> Any:
    """Return the reliability chart and what it means."""
    report = (shown or {}).get("report") or {}
    if not report.get("reliability"):
        return html.P("No report came with this version.", className="muted")
    error = (report.get("metrics") or {}).get("ece")
    words = html.P(
        f"On average its stated confidence is {formats.percent(error)} off. A point on the dotted line means:"
        " when it says 80 %, it is right 8 times in 10. Larger points stand for more photos.",
        className="muted",
    )
    return html.Div([words, figure_of(reliability(report["reliability"], scheme), 320, "Reliability")])


def files(shown: Json | None) -> Any:
    """Return what the model is, and its files to download."""
    if shown is None:
        return None
    model = shown["model"]
    metrics, shape = model.get("metrics") or {}, model.get("input") or {}
    known = facts(
        ("Made", formats.moment(model.get("created_at"))),
        ("Network", model.get("backbone")),
        ("Preset", model.get("preset")),
        ("Begun with", model.get("weights")),
        ("Input", f"{shape.get('size_px')} px, {shape.get('framing')}"),
        ("Classes", formats.count(len(model.get("classes") or []))),
        ("Test photos", formats.count(metrics.get("test_photos"))),
        ("Macro F1", formats.number(metrics.get("macro_f1"))),
        ("Log loss", formats.number(metrics.get("log_loss"))),
        *(
            [("Right class among first five", formats.percent(metrics["top5"]))]
            if metrics.get("top5")
            else []
        ),
    )
    links = [_download(model["version"], row["name"]) for row in model.get("files") or []]
    return html.Div([known, html.Div(links, className="downloads")], className="grid two")


def _download(version: str, name: str) -> html.A:
    href = f"/relay/models/{version}/files/{name}"
    return html.A([icon("download", 16), html.Span(name)], href=href, download=name, className="download")


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the report."""
    shown, scheme = Input("report", "data"), Input("scheme", "data")
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
    app.callback(Output("report-calibration", "children"), shown, scheme)(calibration)
    app.callback(Output("report-files", "children"), shown)(files)
