"""The report of one model on one set of photos: what `report.json`, the card and the dashboard show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import InputRefused, NotEnoughPhotos
from lenswright.evaluation import calibration, metrics
from lenswright.evaluation.calibration import ReliabilityBin
from lenswright.evaluation.metrics import ClassScore, Confusion, Floats, Ints

MOST_MISTAKES = 500


@dataclass(frozen=True)
class Mistake:
    """One wrong answer, with the photo it was given for."""

    photo_id: int
    label: str
    predicted: str
    confidence: float


@dataclass(frozen=True)
class EvaluationReport:
    """Everything measured on `test_photos` photos; shares are 0..1, `counts` has a row per true class."""

    classes: tuple[str, ...]
    test_photos: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    weighted_f1: float
    log_loss: float
    ece: float
    roc_auc: float | None
    top5: float | None
    counts: tuple[tuple[int, ...], ...]
    per_class: tuple[ClassScore, ...]
    most_confused: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    misclassified: tuple[Mistake, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return the few numbers that lists of models show; `top5` only with more than five classes."""
        names = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "ece", "test_photos")
        shown = {name: getattr(self, name) for name in names}
        return shown if self.top5 is None else {**shown, "top5": self.top5}

    def to_json(self) -> dict[str, Any]:
        """Return `report.json`: metrics, confusion matrix, classes, mistakes, reliability, and `extra`."""
        return {
            **self.extra,
            "metrics": {**self.summary(), "weighted_f1": self.weighted_f1, "roc_auc": self.roc_auc},
            "classes": list(self.classes),
            "confusion_matrix": {"classes": list(self.classes), "counts": [list(row) for row in self.counts]},
            "per_class": [asdict(score) for score in self.per_class],
            "most_confused": [asdict(pair) for pair in self.most_confused],
            "reliability": [asdict(cell) for cell in self.reliability],
            "misclassified": [asdict(mistake) for mistake in self.misclassified],
        }


def evaluate(
    probabilities: Floats,
    labels: Ints,
    classes: Sequence[str],
    *,
    photo_ids: Sequence[int],
    extra: Mapping[str, Any] | None = None,
) -> EvaluationReport:
    """Return the report of `probabilities` (N, C) against the class indices `labels` (N,).

    `photo_ids` (N) name the mistakes; `extra` is added to the JSON as it is.
    Raises NotEnoughPhotos when N is 0, InputRefused when the sizes do not fit together.
    """
    _check(probabilities, labels, classes, photo_ids)
    counts = metrics.confusion_matrix(labels, probabilities.argmax(axis=1), len(classes))
    return EvaluationReport(
        classes=tuple(classes),
        test_photos=len(labels),
        **_accuracy(right=int(counts.trace()), photos=len(labels)),
        **_by_class(counts, classes),
        log_loss=metrics.log_loss(probabilities, labels),
        ece=calibration.expected_calibration_error(probabilities, labels),
        roc_auc=metrics.roc_auc(probabilities, labels),
        top5=metrics.top_k(probabilities, labels, 5) if len(classes) > 5 else None,
        reliability=calibration.reliability(probabilities, labels),
        misclassified=_mistakes(probabilities, labels, classes, photo_ids),
        extra=dict(extra or {}),
    )


def _accuracy(*, right: int, photos: int) -> dict[str, Any]:
    low, high = metrics.wilson_interval(right, photos)
    return {"accuracy": right / photos, "accuracy_low": low, "accuracy_high": high}


def _by_class(counts: NDArray[np.int64], classes: Sequence[str]) -> dict[str, Any]:
    scores = metrics.per_class(counts, classes)
    return {
        "counts": tuple(tuple(row) for row in counts.tolist()),
        "per_class": scores,
        "macro_f1": metrics.macro_f1(scores),
        "weighted_f1": metrics.weighted_f1(scores),
        "most_confused": metrics.most_confused(counts, classes),
    }


def _check(probabilities: Floats, labels: Ints, classes: Sequence[str], photo_ids: Sequence[int]) -> None:
    if len(labels) == 0:
        raise NotEnoughPhotos("Expected at least one test photo to measure with. Received: none.")
    wanted = (len(labels), len(classes))
    if probabilities.shape != wanted or len(photo_ids) != len(labels):
        raise InputRefused(
            f"Expected probabilities {wanted} and {len(labels)} photo ids."
            f" Received: {probabilities.shape} and {len(photo_ids)}."
        )
    if not np.isfinite(probabilities).all():
        raise InputRefused("Expected finite probabilities. Received: some that are not numbers.")
    if labels.min() < 0 or labels.max() >= len(classes):
        raise InputRefused(
            f"Expected labels 0..{len(classes) - 1}. Received: {labels.min()}..{labels.max()}."
        )


def _mistakes(
    probabilities: Floats, labels: Ints, classes: Sequence[str], photo_ids: Sequence[int]
) -> tuple[Mistake, ...]:
    """Return the wrong answers, the surest first: those tell most about labels and model."""
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    return tuple(
        Mistake(int(photo_ids[i]), classes[labels[i]], classes[predicted[i]], float(confidence[i]))
        for i in surest.tolist()
    )
