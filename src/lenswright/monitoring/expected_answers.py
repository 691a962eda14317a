"""What a model answered on photos it had not learnt from: what later traffic is held against. Arrays only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST = 1_000  # answers kept: three short numbers each, 20 KB of a report
BINS = 10
SUREST = 0.999  # nobody can tell surer answers apart
LEAST_SHARE = 0.05  # of the photos in a bin: emptier ones make the index a matter of luck
DIGITS = 4
KEY = "validation_answers"  # of a report


@dataclass(frozen=True)
class ExpectedAnswers:
    """The answers to M photos of one split, `validation` or `test`.

    `predicted`: int64 (M,), indices into `classes`; `edges`: rising, of B bins of confidence from 0 to 1;
    `bins`: int64 (M,), the bin of each photo; `distances`: float64 (M,), None where none are known.
    `paired`: whether row i is the same photo everywhere; of an old report only the counts are known.
    """

    split: str
    classes: tuple[str, ...]
    predicted: Ints
    edges: Floats
    bins: Ints
    distances: Floats | None
    paired: bool = True

    def __len__(self) -> int:
        return len(self.predicted)


def to_json(
    predicted: Ints, confidence: NDArray[np.floating], distances: NDArray[np.floating] | None, *, seed: int
) -> dict[str, Any]:
    """Return the validation answers (M,) as a report keeps them; of more than MOST a draw."""
    rows = np.arange(len(predicted))
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:MOST])
    return {
        "photos": len(predicted),
        "predicted": predicted[rows].tolist(),
        "confidence": np.round(confidence[rows].astype(np.float64), DIGITS).tolist(),
        "distance": None
        if distances is None
        else np.round(distances[rows].astype(np.float64), DIGITS).tolist(),
    }


def expected_of(report: Mapping[str, Any]) -> ExpectedAnswers | None:
    """Return what a report says of validation photos, else of test photos, or None if it says neither."""
    classes = tuple(report.get("classes") or (report.get("confusion_matrix") or {}).get("classes") or ())
    kept = report.get(KEY)
    if kept and kept["predicted"]:
        confidence, distance = np.asarray(kept["confidence"]), kept["distance"]
        edges = equal_shares(confidence)
        return ExpectedAnswers(
            "validation",
            classes,
            np.asarray(kept["predicted"], np.int64),
            edges,
            bins_of(confidence, edges),
            None if distance is None else np.asarray(distance, np.float64),
        )
    return _of_test_photos(report, classes)


def _of_test_photos(report: Mapping[str, Any], classes: Sequence[str]) -> ExpectedAnswers | None:
    """Return what the confusion matrix and the reliability bins of an older report tell."""
    counts = np.asarray((report.get("confusion_matrix") or {}).get("counts") or [[0]], np.int64)
    cells = report.get("reliability") or []
    if not cells or not counts.sum():
        return None
    edges, held = _merged(cells)
    predicted = np.repeat(np.arange(counts.shape[1]), counts.sum(axis=0))
    bins = np.repeat(np.arange(len(held)), held)
    return ExpectedAnswers("test", tuple(classes), predicted, edges, bins, None, paired=False)


def _merged(cells: Sequence[Mapping[str, Any]]) -> tuple[Floats, list[int]]:
    """Return edges and counts of reliability bins, from below as many at a time as hold LEAST_SHARE."""
    least = LEAST_SHARE * sum(cell["count"] for cell in cells)
    edges, held, waiting = [0.0], [], 0
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        waiting += cell["count"]
        if waiting >= least and following is not None:
            edges.append(float(cell["high"]))
            held.append(waiting)
            waiting = 0
    return np.array([*edges, 1.0]), [*held, waiting]


def equal_shares(confidence: Floats) -> Floats:
    """Return edges 0..1 of at most BINS bins with about as many of `confidence` (M,) in each.

    A bin more takes the least sure twentieth, where a change shows first.
    """
    shares = [LEAST_SHARE, *np.arange(1, BINS) / BINS]
    inner = np.round(np.quantile(confidence, shares), 3).clip(0.001, SUREST)
    return np.array([0.0, *np.unique(inner), 1.0])


def bins_of(confidence: NDArray[np.floating], edges: Floats) -> Ints:
    """Return int64 (N,): the bin (edge, next edge] of each confidence 0..1, rounded as reports keep it."""
    rounded = np.round(confidence.astype(np.float64), DIGITS)
    return np.searchsorted(edges[1:-1], rounded, side="left").astype(np.int64)
