"""The plots of a model card: parts of the report and the epochs in, plots out."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from lenswright.evaluation.svg_plot import COLOURS, Axis, Line, Plot, coloured

Json = Mapping[str, Any]
DIAGONAL = Line("", ((0.0, 0.0), (1.0, 1.0)), "guide")


def learning_plots(history: Sequence[Json]) -> list[Plot]:
    """Return loss and accuracy over the epochs, as far as they were recorded."""
    return [
        *_learning(history, "Loss per epoch", "loss", percent=False),
        *_learning(history, "Accuracy per epoch", "accuracy", percent=True),
    ]


def _learning(history: Sequence[Json], title: str, quantity: str, *, percent: bool) -> Iterator[Plot]:
    found = [
        (
            name,
            [(epoch, record[key]) for epoch, record in enumerate(history, 1) if _is_number(record.get(key))],
        )
        for name, key in (("validation", f"val_{quantity}"), ("training", quantity))
    ]
    lines = [(name, points) for name, points in found if points]
    if not lines:
        return
    values = [y for _, points in lines for _, y in points]
    low, high = (_floor(min(values)), 1.0) if percent else (0.0, max(values) or 1.0)
    x = Axis("epoch", 1, max(2, len(history)), percent=False)
    yield Plot(title, x, Axis(quantity, low, high, percent), coloured(lines))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def _floor(least: float) -> float:
    """Return a tenth below the smallest share: what happens near 100 % is to be seen."""
    return max(0.0, int(least * 10 - 1e-9) / 10)


def ranking_plots(curves: Json) -> list[Plot]:
    """Return the ROC and the precision-recall plot of a report's `curves`, those that it has."""
    roc = _ranking("ROC, one class against the rest", curves.get("roc") or [])
    pr = _ranking("Precision and recall, one class against the rest", curves.get("pr") or [])
    return [
        *(Plot(title, Axis("false positive rate"), Axis("recall"), [DIAGONAL, *lines], note)
          for title, lines, note in roc),
        *(Plot(title, Axis("recall"), Axis("precision"), lines, note) for title, lines, note in pr),
    ]  # fmt: skip


def _ranking(title: str, curves: Sequence[Json]) -> Iterator[tuple[str, list[Line], str]]:
    if not curves:
        return
    named = [(f"{curve['label'] or 'mean of all classes'} ({curve['area']:.3f})", curve) for curve in curves]
    lines = [(name, curve["points"]) for name, curve in named]
    if len(lines) <= COLOURS:
        yield title, coloured(lines), "In brackets: the area under the curve."
    else:
        faint = [Line(name, points, "faint") for name, points in lines[1:]]
        weakest = ", ".join(name for name, _ in lines[1 : 1 + COLOURS])
        yield title, [*faint, *coloured(lines[:1])], f"Faint: single classes, among them {weakest}."


def reliability_plot(report: Json) -> Plot:
    """Return how often the model is right when it says how sure it is, after and before scaling."""
    lines = [
        (name, [(cell["confidence"], cell["accuracy"]) for cell in report[key] if cell["count"]])
        for name, key in (("as it answers", "reliability"), ("before scaling", "reliability_before"))
        if report.get(key)
    ]
    axes = Axis("stated confidence"), Axis("share of right answers")
    return Plot("Reliability", *axes, [DIAGONAL, *coloured(lines)], "On the dotted line, confidence is true.")
