"""The last layer of a classifier and what it is fitted on. Plain arrays; no TensorFlow."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CHUNK = 4096  # rows in memory at once

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Rows(Protocol):
    """Embeddings (N, D) that may lie on disk: an index array (n,) gives float32 (n, D)."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, index: Ints, /) -> Floats: ...


@dataclass(frozen=True)
class LabelledFeatures:
    """Embeddings float32 (N, D), in memory or on disk, and class indices int64 (N,)."""

    embeddings: Rows
    labels: Ints

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class LinearHead:
    """logits = embeddings (N, D) @ kernel (D, C) + bias (C,).

    `epochs`: how many it took; `val_loss`, `val_accuracy`: of the epoch whose weights these are.
    """

    kernel: Floats
    bias: Floats
    epochs: int
    val_loss: float
    val_accuracy: float

    def logits(self, embeddings: Rows) -> Floats:
        """Return float32 (N, C) for embeddings (N, D), a few thousand rows at a time."""
        rows = np.arange(embeddings.shape[0])
        parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)] or [rows]
        return np.concatenate([embeddings[part] @ self.kernel + self.bias for part in parts])
