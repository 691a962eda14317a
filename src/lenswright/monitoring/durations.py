"""How long things took, as a histogram that can be added to those of other instances.

Percentiles of percentiles mean nothing; the counts of equal buckets can be added, and the percentiles
of the sum are those of all requests together, as exactly as one bucket is wide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

GROWTH = 1.02  # each bucket ends 2 % above its start, so its middle is within 1 % of all in it
LEAST_MS = 0.001


@dataclass(frozen=True)
class Durations:
    """`counts`: how many durations by number of bucket; bucket b holds GROWTH**b up to GROWTH**(b+1) ms."""

    counts: Mapping[int, int] = field(default_factory=dict)
    sum_ms: float = 0.0

    def summary(self) -> dict[str, float | None]:
        """Return p50, p95 and p99 in ms, each within 1 %, and the mean, which is exact; None without any."""
        total = sum(self.counts.values())
        if not total:
            return dict.fromkeys(("p50", "p95", "p99", "mean"))
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
        found = {name: round(self._percentile(share, total), 3) for name, share in shares.items()}
        return {**found, "mean": round(self.sum_ms / total, 3)}

    def _percentile(self, share: float, total: int) -> float:
        """Return the percentile in ms as NumPy defines it: between the two nearest durations."""
        place = share * (total - 1)
        below, above = self._duration(floor(place)), self._duration(ceil(place))
        return below + (above - below) * (place - floor(place))

    def _duration(self, rank: int) -> float:
        """Return the duration in ms of that rank; the shortest has rank 0."""
        for bucket in sorted(self.counts):
            rank -= self.counts[bucket]
            if rank < 0:
                return float(GROWTH ** (bucket + 0.5))
        raise AssertionError("a rank is below the count")

    def to_json(self) -> dict[str, Any]:
        """Return what `durations_from` reads."""
        return {"sum_ms": round(self.sum_ms, 3), "counts": dict(self.counts)}


def durations_of(values_ms: NDArray[np.float32]) -> Durations:
    """Return the histogram of durations in ms."""
    if not len(values_ms):
        return Durations()
    buckets = np.floor(np.log(np.maximum(values_ms, LEAST_MS)) / log(GROWTH)).astype(np.int32)
    first = int(buckets.min())
    counts = np.bincount(buckets - first)
    filled = {first + int(index): int(counts[index]) for index in np.flatnonzero(counts)}
    return Durations(filled, float(values_ms.sum(dtype=np.float64)))


def durations_from(said: Mapping[str, Any]) -> Durations:
    """Return what `to_json` made, also after JSON turned its numbers of buckets into text."""
    return Durations({int(bucket): int(n) for bucket, n in said["counts"].items()}, float(said["sum_ms"]))


def all_durations(several: Iterable[Durations]) -> Durations:
    """Return one histogram of all."""
    counts: Counter[int] = Counter()
    sum_ms = 0.0
    for one in several:
        counts.update(one.counts)
        sum_ms += one.sum_ms
    return Durations(counts, sum_ms)
