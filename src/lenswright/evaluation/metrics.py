"""Labels and predictions in, measured numbers out. Plain arrays; no files, no network, no model.

`labels` and `predicted` are class indices (N,); `counts` is a confusion matrix (C, C) whose rows are
the true classes. A number that the data does not define (the recall of a class without photos) is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]
Floats = NDArray[np.floating]
Z_95 = 1.959963984540054  # two-sided 95 %


@dataclass(frozen=True)
class ClassScore:
    """How one class fares; `support` is its number of photos, None is what they do not define."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True)
class Confusion:
    """`count` photos of `label` were taken for `predicted`: the `share` of all photos of `label`."""

    label: str
    predicted: str
    count: int
    share: float


def accuracy(labels: Ints, predicted: Ints) -> float:
    """Return the share 0..1 of right predictions."""
    return float((labels == predicted).mean())


def wilson_interval(right: float, total: int) -> tuple[float, float]:
    """Return the 95 % confidence interval 0..1 of a share, honest for few photos and near 0 and 1."""
    share, spread = right / total, Z_95**2 / total
    centre = share + spread / 2
    reach = Z_95 * sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, (centre - reach) / (1 + spread)), min(1.0, (centre + reach) / (1 + spread))


def confusion_matrix(labels: Ints, predicted: Ints, class_count: int) -> NDArray[np.int64]:
    """Return counts int64 (C, C): row = true class, column = predicted class."""
    flat = labels.astype(np.int64) * class_count + predicted  # (N,) index into C * C cells
    return np.bincount(flat, minlength=class_count**2).reshape(class_count, class_count).astype(np.int64)


def per_class(counts: NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassScore, ...]:
    """Return precision, recall, F1 and support of every class, in the order of `classes`."""
    hits, support, answered = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    rows = zip(classes, hits.tolist(), support.tolist(), answered.tolist(), strict=True)
    return tuple(
        ClassScore(label, _ratio(hit, ours), _ratio(hit, real), _ratio(2 * hit, ours + real), real)
        for label, hit, real, ours in rows
    )


def averages(scores: Sequence[ClassScore]) -> dict[str, float]:
    """Return `macro_*` and `weighted_*` of precision, recall and f1, over the classes that have photos.

    macro: every class counts the same; weighted: by its photos. What a class leaves undefined counts 0.
    """
    here = [score for score in scores if score.support]
    support = [score.support for score in here]
    found = {}
    for name in ("precision", "recall", "f1"):
        values = [getattr(score, name) or 0.0 for score in here]
        found[f"macro_{name}"] = float(np.mean(values))
        found[f"weighted_{name}"] = float(np.average(values, weights=support))
    return found


def top_k(probabilities: Floats, labels: Ints, k: int) -> float:
    """Return the share 0..1 of photos whose true class is among the `k` most probable ones."""
    rows = np.arange(len(labels))
    ranked_before = (probabilities > probabilities[rows, labels][:, None]).sum(axis=1)  # (N, C) -> (N,)
    return float((ranked_before < k).mean())


def log_loss(probabilities: Floats, labels: Ints) -> float:
    """Return the mean negative log of the true class' probability, in nats."""
    chosen = probabilities.astype(np.float64)[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0)).mean())


def most_confused(
    counts: NDArray[np.int64], classes: Sequence[str], limit: int = 10
) -> tuple[Confusion, ...]:
    """Return the most frequent mistakes, at most `limit`, the most frequent first."""
    mistakes = counts * ~np.eye(len(classes), dtype=bool)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:limit]
    cells = (divmod(int(cell), len(classes)) for cell in order if mistakes.flat[cell])
    support = counts.sum(axis=1)
    return tuple(
        Confusion(
            classes[row], classes[column], int(counts[row, column]), float(counts[row, column] / support[row])
        )
        for row, column in cells
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
