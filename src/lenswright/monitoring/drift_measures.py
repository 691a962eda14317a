"""How far two samples are apart, and how far chance alone takes them. Plain arrays.

PSI, the population stability index of binned shares, by the usual reading: below 0.1 nothing of note,
from 0.25 on another population (Siddiqi, Credit Risk Scorecards, 2006). KS, the Kolmogorov-Smirnov distance
of two distributions, as a size and not as a p-value, which with thousands of photos calls any difference
significant: from 0.1 on a tenth of the photos lies where none was expected, from 0.2 on a fifth.

Few photos differ by chance. Where chance alone goes beyond the lower limit once in 1,000 times, that is where
the lower limit goes, and the upper one in proportion.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["same", "shifted", "drifted"]
LEVELS: tuple[Level, ...] = ("same", "shifted", "drifted")

PSI_SHIFTED, PSI_DRIFTED = 0.1, 0.25
KS_SHIFTED, KS_DRIFTED = 0.1, 0.2
NORMAL_QUANTILE = 3.0902  # of 0.999
SMIRNOV_QUANTILE = 1.9495  # of 0.999: sqrt(-log(0.001 / 2) / 2)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """How far traffic is from what was expected; `shifted_from` and `drifted_from` are the limits.

    `rises`: whether the values of the traffic are rather larger than expected, None where they have no order.
    """

    name: str
    statistic: Literal["psi", "ks"]
    value: float
    shifted_from: float
    drifted_from: float
    rises: bool | None = None

    @property
    def level(self) -> Level:
        """What the limits make of the value."""
        return LEVELS[(self.value >= self.shifted_from) + (self.value >= self.drifted_from)]


def psi_measure(
    name: str, expected: Floats, expected_size: float, seen: Floats, *, ordered: bool = False
) -> Measure:
    """Return the stability index of counts (B,), `seen`, against the shares of `expected` (B,).

    `expected_size`: how many photos those shares are worth; fewer than were weighed, where weights differ.
    `ordered`: whether the bins rise.
    """
    shares = _shares(expected / expected.sum() * expected_size), _shares(seen)
    value = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    chance = _chi_square(len(seen) - 1) * (1 / expected_size + 1 / seen.sum())
    wider = max(1.0, float(chance) / PSI_SHIFTED)
    moved = float(((shares[1] - shares[0]) * np.arange(len(seen))).sum())
    rises = moved > 0 if ordered else None
    return Measure(name, "psi", value, PSI_SHIFTED * wider, PSI_DRIFTED * wider, rises)


def ks_measure(name: str, expected: Floats, weights: Floats, seen: Floats) -> Measure:
    """Return the largest gap 0..1 between the distributions of `expected` (M,), weighed, and `seen` (N,)."""
    order = np.argsort(expected)
    known, below = expected[order], np.concatenate([[0.0], np.cumsum(weights[order]) / weights.sum()])
    points = np.concatenate([known, seen])
    seen_below = np.searchsorted(np.sort(seen), points, "right") / len(seen)
    gaps = below[np.searchsorted(known, points, "right")] - seen_below
    largest = float(gaps[np.abs(gaps).argmax()])
    chance = SMIRNOV_QUANTILE * float(np.sqrt(1 / worth(weights) + 1 / len(seen)))
    wider = max(1.0, chance / KS_SHIFTED)
    return Measure(name, "ks", abs(largest), KS_SHIFTED * wider, KS_DRIFTED * wider, largest > 0)


def worth(weights: Floats) -> float:
    """Return how many photos of equal weight would tell as much as these (Kish's effective size)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _shares(counts: Floats) -> Floats:
    """Return shares of counts (B,), none of them 0: half a photo is added to each."""
    return np.asarray((counts + 0.5) / (counts.sum() + 0.5 * len(counts)), np.float64)


def _chi_square(freedom: int) -> float:
    """Return the 0.999 quantile (Wilson and Hilferty): how PSI times N is spread where nothing changed."""
    spread = 2 / (9 * max(freedom, 1))
    return float(max(freedom, 1) * (1 - spread + NORMAL_QUANTILE * spread**0.5) ** 3)
