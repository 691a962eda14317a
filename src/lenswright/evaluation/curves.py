"""How well probabilities rank photos: ROC and precision-recall curves, one class against the rest.

Plain arrays. Only classes with photos of their own, beside photos of others, have curves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.evaluation.metrics import Floats, Ints

MOST_POINTS = 64
ALL_CLASSES = 20  # with more classes, only the weakest have their own curve
WEAKEST = 10
GRID = np.linspace(0.0, 1.0, 1001)

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Curve:
    """`points` (x, y) 0..1, from left to right, at most 64; `area` 0..1 under all points there are.

    `label` is the class, None for the mean of all classes.
    """

    label: str | None
    area: float
    points: Points


@dataclass(frozen=True)
class Ranking:
    """Mean areas of all classes, and curves: the mean first, then each class, or the ten weakest.

    `roc` is recall over the false positive rate, `pr` precision over recall. Without a class that
    can have a curve there are none, and the areas are None.
    """

    roc_auc: float | None
    average_precision: float | None
    roc: tuple[Curve, ...]
    pr: tuple[Curve, ...]


@dataclass(frozen=True)
class _OneClass:
    """Rates at every distinct threshold, the strictest first: float64 (K,), from (0, 0, 1) on."""

    label: str
    false_positive: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]

    @property
    def roc_auc(self) -> float:
        return float(np.trapezoid(self.recall, self.false_positive))

    @property
    def average_precision(self) -> float:
        return float((np.diff(self.recall) * self.precision[1:]).sum())


def ranking(probabilities: Floats, labels: Ints, classes: Sequence[str]) -> Ranking:
    """Return how `probabilities` (N, C) rank the photos with class indices `labels` (N,)."""
    present = [index for index in np.unique(labels).tolist() if not (labels == index).all()]
    each = [_against_rest(classes[i], probabilities[:, i], labels == i) for i in present]
    if not each:
        return Ranking(None, None, (), ())
    roc_auc = float(np.mean([one.roc_auc for one in each]))
    average_precision = float(np.mean([one.average_precision for one in each]))
    shown = each
    if len(classes) > ALL_CLASSES:
        shown = sorted(each, key=lambda one: one.average_precision)[:WEAKEST]
    return Ranking(
        roc_auc,
        average_precision,
        (
            Curve(None, roc_auc, _mean_roc(each)),
            *(Curve(one.label, one.roc_auc, thinned(one.false_positive, one.recall)) for one in shown),
        ),
        (
            Curve(None, average_precision, _mean_pr(each)),
            *(Curve(one.label, one.average_precision, thinned(one.recall, one.precision)) for one in shown),
        ),
    )


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_POINTS) -> Points:
    """Return at most `most` of the points, both ends among them, spread evenly along the curve."""
    way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    kept = np.unique(np.searchsorted(way, np.linspace(0.0, way[-1], most)))
    return tuple((round(float(x[i]), 4), round(float(y[i]), 4)) for i in kept)


def _against_rest(label: str, scores: Floats, own: NDArray[np.bool_]) -> _OneClass:
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))  # of each run of equal scores
    hits = np.concatenate([[0], np.cumsum(own[order])[last]])
    taken = np.concatenate([[0], last + 1])
    precision = hits / np.maximum(taken, 1)
    precision[0] = 1.0
    here = int(own.sum())
    return _OneClass(label, (taken - hits) / (len(own) - here), hits / here, precision)


def _mean_roc(each: Sequence[_OneClass]) -> Points:
    recall = np.mean([np.interp(GRID, one.false_positive, one.recall) for one in each], axis=0)
    return thinned(np.append(0.0, GRID), np.append(0.0, recall))


def _mean_pr(each: Sequence[_OneClass]) -> Points:
    """Precision of each class where it first reaches a recall: the area is the mean average precision."""
    reached = [one.precision[np.searchsorted(one.recall, GRID)] for one in each]
    return thinned(GRID, np.mean(reached, axis=0))
