"""What was measured of one version, tab by tab: report in, elements out. Older reports lack some parts."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import figure_of, table
from lenswright.dashboard.figures.classes import dataset_height_px, scores
from lenswright.dashboard.figures.confusion import (
    MOST_NAMED,
    MOST_WRITTEN,
    confusion,
    height_px,
    most_confused,
    pairs,
)
from lenswright.dashboard.figures.ranking import precision_recall, roc
from lenswright.dashboard.figures.reliability import reliability

LEAST_WIDTH_PX = 560  # names at both axes need this much
CURVE_PX = 300
NO_REPORT = "No report came with this version."
OLDER = "This version was measured before that was part of the report."
STATUSES = {
    "accepted": "sure enough to be taken as it is",
    "uncertain": "less sure than the threshold",
    "unknown": "unlike all training photos",
}


def report_of(shown: Json | None) -> Json:
    """Return the report of the shown version, {} if it has none."""
    report: Json = (shown or {}).get("report") or {}
    return report


def missing(report: Json) -> html.P:
    """Return why there is nothing to see."""
    return html.P(OLDER if report else NO_REPORT, className="muted")


def matrix(shown: Json | None, scheme: str | None, which: str) -> tuple[Any, str]:
    """Return the confusion matrix with the most frequent confusions, and the class of its switch."""
    report = report_of(shown)
    if not report:
        return missing(report), "hidden"
    classes, counts = report["confusion_matrix"]["classes"], report["confusion_matrix"]["counts"]
    many = len(classes) > MOST_NAMED
    only = most_confused(counts) if many and which == "some" else None
    figure = figure_of(
        confusion(classes, counts, scheme, only),
        height_px(len(only or classes)),
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
    rows = report_of(shown).get("per_class") or []
    if not rows:
        return missing({})
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


def ranking(shown: Json | None, scheme: str | None) -> Any:
    """Return the ROC and the precision-recall chart, and the mean areas under them."""
    report = report_of(shown)
    curves = report.get("curves") or {}
    if not curves.get("roc"):
        return missing(report)
    found = report["metrics"]
    words = (
        "Each class against all others. Mean area under the ROC curve"
        f" {formats.number(found['roc_auc'])}, mean average precision"
        f" {formats.number(found['average_precision'])}; in brackets those of the curves."
    )
    if len(curves["roc"]) < 1 + len(report["classes"]):
        words += f" The thin lines are the {len(curves['roc']) - 1} weakest classes."
    charts = (
        ("ROC", roc(curves["roc"], scheme)),
        ("Precision and recall", precision_recall(curves["pr"], scheme)),
    )
    sides = [html.Div([html.H3(title), figure_of(drawn, CURVE_PX, title)]) for title, drawn in charts]
    return html.Div(
        [html.P(words, className="muted"), html.Div(sides, className="grid two curves")], className="stack"
    )


def calibration(shown: Json | None, scheme: str | None) -> Any:
    """Return the reliability chart and what it means."""
    report = report_of(shown)
    if not report.get("reliability"):
        return missing({})
    found = report["metrics"]
    words = f"On average its stated confidence is {formats.percent(found.get('ece'))} off"
    if found.get("ece_before") is not None:
        words += f", {formats.percent(found['ece_before'])} before temperature scaling"
    words += (
        ". A point on the dotted line means: when it says 80 %, it is right 8 times in 10."
        " Larger points stand for more photos."
    )
    chart = reliability(report["reliability"], scheme, report.get("reliability_before"))
    return html.Div([html.P(words, className="muted"), figure_of(chart, 320, "Reliability")])


def parts(shown: Json | None) -> Any:
    """Return the accuracy by status of the answer, by source of the photo and by group."""
    report = report_of(shown)
    if "statuses" not in report:
        return missing(report)
    found: list[Any] = []
    if report["statuses"]:
        found += [html.H3("By status of the answer"), _parts("Status", report["statuses"], STATUSES)]
    if report["per_source"]:
        found += [html.H3("By source of the photo"), _parts("Source", report["per_source"], {})]
    if groups := report["groups"]:
        interval = formats.interval(groups["accuracy_low"], groups["accuracy_high"])
        words = (
            f"The test photos are {formats.plural(groups['count'], 'group')} of near-duplicates. Where each"
            f" group counts once, {formats.percent(groups['accuracy'])} are right ({interval})."
        )
        found.append(html.P(words, className="muted"))
    return html.Div(found, className="stack inset") if found else missing(report)


def _parts(what: str, rows: list[Json], meaning: dict[str, str]) -> html.Div:
    cells = [
        [
            html.Span(
                [row["name"], html.Span(meaning.get(row["name"]), className="row-remark")], className="lines"
            ),
            formats.count(row["photos"]),
            formats.percent(row["accuracy"]),
            formats.interval(row["accuracy_low"], row["accuracy_high"]),
        ]
        for row in rows
    ]
    return table([what, "Test photos", "Right", "95 % interval"], cells, numeric=range(1, 4))
