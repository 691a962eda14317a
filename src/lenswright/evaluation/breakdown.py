"""Accuracy by part: per source of the photos, per status of the answers, per group of near-duplicates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.evaluation.metrics import wilson_interval

STATUSES = ("accepted", "uncertain", "unknown")
MOST_PARTS = 50
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """`photos` test photos called `name`; accuracy 0..1 with its 95 % interval, None without photos."""

    name: str
    photos: int
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None


@dataclass(frozen=True)
class Groups:
    """`count` groups of near-duplicates; `accuracy` 0..1 counts each group once, however many photos."""

    count: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float


def per_source(sources: Sequence[str], right: Bools) -> tuple[Part, ...]:
    """Return the 50 sources with most photos, the largest first; `sources` and `right` are (N,)."""
    names, counts = np.unique(np.asarray(sources, object), return_counts=True)
    largest = np.argsort(-counts, kind="stable")[:MOST_PARTS]
    return tuple(_part(str(names[i]), sources, right) for i in largest)


def per_status(statuses: Sequence[str], right: Bools) -> tuple[Part, ...]:
    """Return accepted, uncertain and unknown answers, also those that did not occur."""
    return tuple(_part(name, statuses, right) for name in STATUSES)


def by_group(groups: Sequence[int], right: Bools) -> Groups:
    """Return the accuracy in which each group counts once: the mean of the groups' own shares."""
    _, member, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    shares = np.bincount(member, weights=right) / sizes
    return Groups(len(sizes), float(shares.mean()), *wilson_interval(float(shares.sum()), len(sizes)))


def _part(name: str, names: Sequence[str], right: Bools) -> Part:
    here = right[np.fromiter((other == name for other in names), bool, len(right))]
    if not len(here):
        return Part(name, 0, None, None, None)
    return Part(name, len(here), float(here.mean()), *wilson_interval(int(here.sum()), len(here)))
