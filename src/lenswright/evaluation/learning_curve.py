"""How accuracy grows with the number of photos, and which classes would gain most from more of them.

Every point is measured on photos that the models have not seen, all of the data set in turns.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.evaluation.cross_validation import CrossValidation
from lenswright.evaluation.discriminant import Floats, Ints
from lenswright.evaluation.side_by_side import side_by_side

PARTS = (1, 2, 4, 6, 8)  # of the eight folds a model may learn from
HALF = 4
OVERALL = 20.0  # photos of a class that count as much as the mean of all classes: 5 are mostly luck


@dataclass(frozen=True)
class CurvePoint:
    """Models of so many photos, and the share of unseen photos they are right about."""

    photos: int
    accuracy: float


@dataclass(frozen=True)
class ClassGain:
    """`recall` of a class with all photos; `gain`: by how much it rose from half of all photos, smoothed."""

    label: int
    photos: int
    recall: float
    gain: float


@dataclass(frozen=True)
class LearningCurve:
    """The points, fewest photos first, and every class by number."""

    points: tuple[CurvePoint, ...]
    classes: tuple[ClassGain, ...]


def learning_curve(
    crossed: CrossValidation,
    predicted: Ints,
    *,
    seed: int = 0,
    on_point: Callable[[int, int], None] = lambda *_: None,
) -> LearningCurve:
    """Return the curve of these photos; `predicted` (N,) is what models of all other folds answer.

    `on_point(done, count)` is called after each measurement and may raise to stop.
    """
    random = np.random.default_rng(seed)
    labels, most = crossed.labels, len(crossed.photos) - 1
    parts = [part for part in PARTS if part < most]
    right = {most: (predicted == labels).astype(np.float64)}
    for done, part in enumerate(parts, start=1):
        right[part] = _right(crossed, part, random)
        on_point(done, len(parts))
    fold_size = len(labels) / len(crossed.photos)
    points = [CurvePoint(round(part * fold_size), float(right[part].mean())) for part in sorted(right)]
    half = right[HALF] if HALF in right else right[most]
    return LearningCurve(tuple(points), _classes(labels, right[most], half, crossed.class_count))


def _right(crossed: CrossValidation, part: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return float64 (N,): how often models of `part` folds are right about each photo, 0..1."""
    asked = [pair for fold in range(len(crossed.photos)) for pair in _draws(crossed, fold, part, random)]
    right, times = np.zeros(len(crossed.labels)), np.zeros(len(crossed.labels))
    answered = side_by_side(lambda pair: crossed.logits(*pair).argmax(axis=1), asked)
    for (fold, _), answer in zip(asked, answered, strict=True):
        photos = crossed.photos[fold]
        right[photos] += answer == crossed.labels[photos]
        times[photos] += 1
    return right / times


def _draws(
    crossed: CrossValidation, fold: int, part: int, random: np.random.Generator
) -> list[tuple[int, list[int]]]:
    """Return a fold with `part` others to learn from, and with as many that those have not, if there are."""
    drawn = random.permutation(crossed.others(fold)).tolist()
    return [(fold, drawn[:part]), (fold, drawn[-part:])][: 1 + (2 * part <= len(drawn))]


def _classes(labels: Ints, right: Floats, half: Floats, class_count: int) -> tuple[ClassGain, ...]:
    counts = np.bincount(labels, minlength=class_count)
    recalls = np.bincount(labels, weights=right, minlength=class_count) / np.maximum(counts, 1)
    gains = np.bincount(labels, weights=right - half, minlength=class_count)  # summed over photos
    smoothed = (gains + OVERALL * float((right - half).mean())) / (counts + OVERALL)
    return tuple(
        ClassGain(label, int(counts[label]), float(recalls[label]), float(smoothed[label]))
        for label in range(class_count)
    )


def confused_pairs(labels: Ints, predicted: Ints, most: int) -> list[tuple[int, int, int]]:
    """Return up to `most` (truth, predicted, count), the most frequent first."""
    wrong = np.flatnonzero(labels != predicted)
    pairs, counts = np.unique(np.stack([labels[wrong], predicted[wrong]]), axis=1, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return [(int(pairs[0, at]), int(pairs[1, at]), int(counts[at])) for at in order]
