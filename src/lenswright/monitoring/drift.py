"""Recent traffic held against what the model was tested with: is it still asked about the same photos?

Confidence and distance are compared among photos of the same predicted classes: what was expected is
weighed as if its classes came as often as they are asked now. So a change of the mix alone, more dogs than
before, is a note, while strange photos of the same classes are drift. Where a few photos of a rare class have
to stand for many, they are worth little, and the limits grow wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lenswright.monitoring.drift_measures import LEVELS, Measure, ks_measure, psi_measure, worth
from lenswright.monitoring.expected_answers import ExpectedAnswers, Floats, Ints, bins_of

Verdict = Literal["no_model", "no_reference", "not_enough_traffic", "same", "shifted", "drifted"]

LEAST_PHOTOS = 200  # of traffic, before anything is said of it
LEAST_EXPECTED = 30  # photos in the reference


@dataclass(frozen=True)
class RecentAnswers:
    """The last N predictions of a version; `since` and `until` are epoch seconds, None if there are none.

    `classes`: (N,) names; `confidence`: float64 (N,), 0..1; `distances`: float64 (N,), NaN where unknown.
    """

    classes: Sequence[str]
    confidence: Floats
    distances: Floats
    since: float | None
    until: float | None

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True)
class Shares:
    """What a figure shows: the shares expected and seen of B classes or bins, each adding up to 1."""

    expected: tuple[float, ...]
    seen: tuple[float, ...]


@dataclass(frozen=True)
class Drift:
    """What can be said of recent traffic. Where nothing can, `verdict` says why and the rest is empty.

    `split`: which photos it was held against, `expected_photos` how many. `class_mix` is a note, the
    `measures` decide. `classes` are shares of `names` (C,), `confidence` of the bins between `edges` (B+1,).
    """

    verdict: Verdict
    version: str | None = None
    photos: int = 0
    since: float | None = None
    until: float | None = None
    split: str | None = None
    expected_photos: int = 0
    class_mix: Measure | None = None
    measures: tuple[Measure, ...] = ()
    names: tuple[str, ...] = ()
    classes: Shares | None = None
    edges: tuple[float, ...] = ()
    confidence: Shares | None = None

    @property
    def level(self) -> int | None:
        """0 for same, 1 for shifted, 2 for drifted, None where nothing can be said."""
        return LEVELS.index(self.verdict) if self.verdict in LEVELS else None


def compare(expected: ExpectedAnswers | None, recent: RecentAnswers, version: str) -> Drift:
    """Return how `recent` answers of `version` differ from the `expected` ones."""
    known = Drift("no_reference", version, len(recent), recent.since, recent.until)
    if expected is None or len(expected) < LEAST_EXPECTED:
        return known
    known = replace(known, split=expected.split, expected_photos=len(expected))
    recent, asked = _of_known_classes(recent, expected)
    if len(recent) < LEAST_PHOTOS:
        return replace(known, verdict="not_enough_traffic")
    mix = _counts(expected.predicted, len(expected.classes)), _counts(asked, len(expected.classes))
    weights, bins = _weights(expected, *mix), len(expected.edges) - 1
    weighed = np.asarray(np.bincount(expected.bins, weights, bins), np.float64)
    confident = weighed, _counts(bins_of(recent.confidence, expected.edges), bins)
    confidence = psi_measure("confidence", weighed, worth(weights), confident[1], ordered=True)
    measures = (confidence, *_distance(expected, weights, recent.distances))
    return replace(
        known,
        verdict=LEVELS[max(LEVELS.index(measure.level) for measure in measures)],
        class_mix=psi_measure("class_mix", mix[0], len(expected), mix[1]),
        measures=measures,
        names=expected.classes,
        classes=_shares(*mix),
        edges=tuple(expected.edges.tolist()),
        confidence=_shares(*confident),
    )


def _of_known_classes(recent: RecentAnswers, expected: ExpectedAnswers) -> tuple[RecentAnswers, Ints]:
    """Return the answers whose class was expected at all, and the indices of their classes (N,)."""
    index = {expected.classes[number]: number for number in np.unique(expected.predicted).tolist()}
    rows = [row for row, name in enumerate(recent.classes) if name in index]
    names = [recent.classes[row] for row in rows]
    kept = replace(
        recent, classes=names, confidence=recent.confidence[rows], distances=recent.distances[rows]
    )
    return kept, np.array([index[name] for name in names], np.int64)


def _counts(indices: Ints, size: int) -> Floats:
    return np.bincount(indices, minlength=size).astype(np.float64)


def _weights(expected: ExpectedAnswers, was: Floats, seen: Floats) -> Floats:
    """Return float64 (M,): what brings the expected photos to the class mix `seen` (C,)."""
    if not expected.paired:
        return np.ones(len(expected))
    ratio = (seen / seen.sum()) / np.maximum(was / was.sum(), 1e-12)
    return np.asarray(np.maximum(ratio[expected.predicted], 1e-9), np.float64)


def _distance(expected: ExpectedAnswers, weights: Floats, seen: Floats) -> tuple[Measure, ...]:
    known = seen[~np.isnan(seen)]
    if expected.distances is None or len(known) < LEAST_PHOTOS:
        return ()
    return (ks_measure("distance", expected.distances, weights, known),)


def _shares(expected: Floats, seen: Floats) -> Shares:
    return Shares(tuple((expected / expected.sum()).tolist()), tuple((seen / max(seen.sum(), 1)).tolist()))
