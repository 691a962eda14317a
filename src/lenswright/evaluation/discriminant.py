"""A linear classifier in closed form, made from sums over photos that can be added up.

It is Fisher's discriminant: every class a Gaussian around its mean, all with one covariance. The sums of
a part of the photos are computed once; the model of any parts together then takes a tenth of a second,
however many photos they have. That makes cross-validation and learning curves cheap. No files, no network.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

CHUNK = 4096  # rows in memory at once
# Towards the same variance in every direction. Flipped labels found among the first 4 % of cats and dogs, and
# of 120 breeds: 98.3 and 93.0 % at 0.01, 98.8 and 94.1 % at 0.3.
SHRINKAGE = 0.3
# Less variance within the classes is rounding: a share of all variance, and where all photos are the same
LEAST_WITHIN, LEAST_SPREAD = 1e-3, 1e-8

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Deep = NDArray[np.float64]


class Rows(Protocol):
    """Embeddings (N, D) that may lie on disk: an index array (n,) gives float32 (n, D)."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, index: Ints, /) -> Floats: ...


def unit_rows(rows: Rows, index: Ints) -> Floats:
    """Return float32 (n, D), those rows scaled to length 1; what is no number becomes 0."""
    found = rows[index]
    unit: Floats = np.nan_to_num(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))
    return unit


@dataclass(frozen=True)
class UnitRows:
    """The same embeddings scaled to length 1, less `centre` (D,)."""

    rows: Rows
    centre: Floats

    @classmethod
    def of(cls, rows: Rows) -> "UnitRows":
        """Return `rows` around the mean of some thousands of them; no rows have the centre 0."""
        count, width = rows.shape
        bare = cls(rows, np.zeros(width, np.float32))
        if not count:
            return bare
        some = np.unique(np.linspace(0, count - 1, min(count, CHUNK)).astype(np.int64))
        return cls(rows, bare[some].mean(axis=0))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.rows.shape

    def __getitem__(self, index: Ints) -> Floats:
        return unit_rows(self.rows, index) - self.centre


@dataclass(frozen=True)
class Sums:
    """Over some photos: how many each class has (C,), their sums (C, D), and x x^T over all (D, D)."""

    counts: Deep
    totals: Floats
    products: Floats

    @classmethod
    def of(cls, features: Rows, labels: Ints, photos: Ints, class_count: int) -> "Sums":
        """Return the sums over the rows `photos` (n,) of `features`; labels are those of all rows (N,)."""
        width = features.shape[1]
        totals = np.zeros((class_count, width), np.float32)
        products = np.zeros((width, width), np.float32)
        for start in range(0, len(photos), CHUNK):
            part = photos[start : start + CHUNK]
            rows = features[part]
            products += rows.T @ rows
            order = np.argsort(labels[part], kind="stable")
            present, starts = np.unique(labels[part][order], return_index=True)
            totals[present] += np.add.reduceat(rows[order], starts)
        counts = np.bincount(labels[photos], minlength=class_count).astype(np.float64)
        return cls(counts, totals, products)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.counts + other.counts, self.totals + other.totals, self.products + other.products)


@dataclass(frozen=True)
class Discriminant:
    """logits = rows (n, D) @ kernel (D, C) + bias (C,)."""

    kernel: Floats
    bias: Floats

    @classmethod
    def of(cls, sums: Sums, shrinkage: float = SHRINKAGE) -> "Discriminant":
        """Return the discriminant of the photos that were summed; a class without any is never answered."""
        counts = sums.counts.astype(np.float32)
        means = sums.totals / np.maximum(counts, 1)[:, None]  # (C, D)
        within = sums.products - (means.T * counts) @ means
        spread = max(float(np.trace(within)), LEAST_WITHIN * float(np.trace(sums.products))) / len(within)
        within *= (1 - shrinkage) / _freedom(counts)
        spread = max(spread / _freedom(counts), LEAST_SPREAD)
        within[np.diag_indices_from(within)] += shrinkage * spread
        middle = sums.totals.sum(axis=0) / max(counts.sum(), 1)  # (D,)
        apart = means - middle
        kernel = solve(within, apart.T, assume_a="pos")  # (D, C)
        share = np.maximum(counts, 1e-9) / max(counts.sum(), 1)
        bias = np.log(share) - 0.5 * (apart.T * kernel).sum(axis=0) - middle @ kernel
        return cls(kernel.astype(np.float32), bias.astype(np.float32))

    def logits(self, features: Rows, photos: Ints) -> Floats:
        """Return float32 (n, C) for the rows `photos` (n,), a few thousand at a time."""
        parts = [photos[start : start + CHUNK] for start in range(0, len(photos), CHUNK)] or [photos]
        return np.concatenate([features[part] @ self.kernel + self.bias for part in parts])


def _freedom(counts: Floats) -> float:
    """Return what a sum of squares around the means of classes is divided by, to be a variance."""
    return max(float(counts.sum()) - np.count_nonzero(counts), 1.0)
