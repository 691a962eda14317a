"""The last layer of a classifier and what it is fitted on. Plain arrays; no TensorFlow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelledFeatures:
    """Embeddings float32 (N, D) and class indices int64 (N,)."""

    embeddings: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class LinearHead:
    """logits = embeddings (N, D) @ kernel (D, C) + bias (C,); how many epochs it took."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    epochs: int

    def logits(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (N, C) for embeddings (N, D)."""
        return embeddings @ self.kernel + self.bias
