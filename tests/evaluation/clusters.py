"""Embeddings that a test can reason about: one cloud of points for each class."""

import numpy as np
from numpy.typing import NDArray


def clouds(
    *sizes: int, width: int = 16, spread: float = 0.15, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return embeddings (N, width) and labels (N,): `sizes[c]` points around the c-th axis."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    points = np.eye(width)[labels] + random.normal(0, spread, (len(labels), width))
    return points.astype(np.float32), labels
