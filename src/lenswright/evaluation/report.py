"""The report of one model on one set of photos: what `report.json`, the card and the dashboard show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import InputRefused, NotEnoughPhotos
from lenswright.evaluation import breakdown, calibration, metrics
from lenswright.evaluation.breakdown import Groups, Part
from lenswright.evaluation.calibration import ReliabilityBin
from lenswright.evaluation.curves import Ranking, ranking
from lenswright.evaluation.metrics import ClassScore, Confusion, Floats, Ints

MOST_MISTAKES = 500
MOST_PROBABLE = 5
SUMMARY = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "ece", "test_photos", "top5")


@dataclass(frozen=True)
class Mistake:
    """One wrong answer, with the photo it was given for and its five largest probabilities by class."""

    photo_id: int
    label: str
    predicted: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class EvaluationReport:
    """Everything measured; shares are 0..1, `counts` has a row per true class.

    `metrics` are single numbers; `top5` is among them only with more than five classes, and `_before`
    means before temperature scaling. What nobody told (sources, groups, statuses) is empty or None.
    """

    classes: tuple[str, ...]
    metrics: Mapping[str, float | None]
    counts: tuple[tuple[int, ...], ...]
    per_class: tuple[ClassScore, ...]
    most_confused: tuple[Confusion, ...]
    ranking: Ranking
    reliability: tuple[ReliabilityBin, ...]
    reliability_before: tuple[ReliabilityBin, ...]
    per_source: tuple[Part, ...]
    groups: Groups | None
    statuses: tuple[Part, ...]
    misclassified: tuple[Mistake, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return the few numbers that lists of models show."""
        return {name: self.metrics[name] for name in SUMMARY if name in self.metrics}

    def to_json(self) -> dict[str, Any]:
        """Return `report.json`: all of it, and `extra`."""
        return {
            **self.extra,
            "metrics": dict(self.metrics),
            "classes": list(self.classes),
            "confusion_matrix": {"classes": list(self.classes), "counts": [list(row) for row in self.counts]},
            "per_class": [asdict(score) for score in self.per_class],
            "most_confused": [asdict(pair) for pair in self.most_confused],
            "curves": {
                "roc": [asdict(curve) for curve in self.ranking.roc],
                "pr": [asdict(curve) for curve in self.ranking.pr],
            },
            "reliability": [asdict(cell) for cell in self.reliability],
            "reliability_before": [asdict(cell) for cell in self.reliability_before],
            "per_source": [asdict(part) for part in self.per_source],
            "groups": None if self.groups is None else asdict(self.groups),
            "statuses": [asdict(part) for part in self.statuses],
            "misclassified": [asdict(mistake) for mistake in self.misclassified],
        }


def evaluate(
    probabilities: Floats,
    labels: Ints,
    classes: Sequence[str],
    *,
    photo_ids: Sequence[int],
    sources: Sequence[str] | None = None,
    groups: Sequence[int] | None = None,
    temperature: float = 1.0,
    statuses: Sequence[str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> EvaluationReport:
    """Return the report of `probabilities` (N, C) against the class indices `labels` (N,).

    Of each photo (N): `photo_ids` name the mistakes, `sources` say where it is from, `groups` which
    are near-duplicates of each other, `statuses` how its answer was called. `temperature` is what the
    logits were divided by; `extra` is added to the JSON as it is.
    Raises NotEnoughPhotos when N is 0, InputRefused when the sizes do not fit together.
    """
    _check(probabilities, labels, classes)
    _check_lengths(len(labels), photo_ids=photo_ids, sources=sources, groups=groups, statuses=statuses)
    predicted = probabilities.argmax(axis=1)
    right = predicted == labels
    counts = metrics.confusion_matrix(labels, predicted, len(classes))
    scores = metrics.per_class(counts, classes)
    ranked = ranking(probabilities, labels, classes)
    before = calibration.before_temperature(probabilities, temperature)
    return EvaluationReport(
        classes=tuple(classes),
        metrics={
            **_accuracy(right),
            **metrics.averages(scores),
            **_probabilistic(probabilities, before, labels),
            "roc_auc": ranked.roc_auc,
            "average_precision": ranked.average_precision,
        },
        counts=tuple(tuple(row) for row in counts.tolist()),
        per_class=scores,
        most_confused=metrics.most_confused(counts, classes),
        ranking=ranked,
        reliability=calibration.reliability(probabilities, labels),
        reliability_before=calibration.reliability(before, labels),
        per_source=breakdown.per_source(sources, right) if sources is not None else (),
        groups=breakdown.by_group(groups, right) if groups is not None else None,
        statuses=breakdown.per_status(statuses, right) if statuses is not None else (),
        misclassified=_mistakes(probabilities, labels, classes, photo_ids),
        extra=dict(extra or {}),
    )


def _accuracy(right: NDArray[np.bool_]) -> dict[str, float]:
    low, high = metrics.wilson_interval(int(right.sum()), len(right))
    return {
        "test_photos": len(right),
        "accuracy": float(right.mean()),
        "accuracy_low": low,
        "accuracy_high": high,
    }


def _probabilistic(probabilities: Floats, before: Floats, labels: Ints) -> dict[str, float]:
    found = {
        "log_loss": metrics.log_loss(probabilities, labels),
        "log_loss_before": metrics.log_loss(before, labels),
        "ece": calibration.expected_calibration_error(probabilities, labels),
        "ece_before": calibration.expected_calibration_error(before, labels),
    }
    if probabilities.shape[1] > 5:
        found["top5"] = metrics.top_k(probabilities, labels, 5)
    return found


def _check(probabilities: Floats, labels: Ints, classes: Sequence[str]) -> None:
    if len(labels) == 0:
        raise NotEnoughPhotos("Expected at least one test photo to measure with. Received: none.")
    wanted = (len(labels), len(classes))
    if probabilities.shape != wanted:
        raise InputRefused(f"Expected probabilities {wanted}. Received: {probabilities.shape}.")
    if not np.isfinite(probabilities).all():
        raise InputRefused("Expected finite probabilities. Received: some that are not numbers.")
    if labels.min() < 0 or labels.max() >= len(classes):
        raise InputRefused(
            f"Expected labels 0..{len(classes) - 1}. Received: {labels.min()}..{labels.max()}."
        )


def _check_lengths(photos: int, **columns: Sequence[Any] | None) -> None:
    for name, column in columns.items():
        if column is not None and len(column) != photos:
            raise InputRefused(f"Expected {name} of {photos} photos. Received: {len(column)}.")


def _mistakes(
    probabilities: Floats, labels: Ints, classes: Sequence[str], photo_ids: Sequence[int]
) -> tuple[Mistake, ...]:
    """Return the wrong answers, the surest first: those tell most about labels and model."""
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    best = np.argsort(-probabilities[surest], axis=1, kind="stable")[:, :MOST_PROBABLE]  # (M, 5)
    return tuple(
        Mistake(
            int(photo_ids[i]),
            classes[labels[i]],
            classes[predicted[i]],
            float(confidence[i]),
            {classes[j]: round(float(probabilities[i, j]), 6) for j in five},
        )
        for i, five in zip(surest.tolist(), best.tolist(), strict=True)
    )
