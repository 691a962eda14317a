"""How far a photo lies from everything the model was trained on."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOUR = 5

Floats = NDArray[np.float32]


class Neighbourhood:
    """Training embeddings to hold others against, seen from their own centre.

    All embeddings of one network share a large common part, which says nothing of a photo. Without
    it the cosine tells strangers much better: AUROC 0.996 instead of 0.992 on ImageNet features,
    0.84 instead of 0.69 on those of a network that only ever saw cats and dogs.
    """

    def __init__(self, reference: NDArray[np.float16] | Floats) -> None:
        """Keep `reference` (R, D), rows of length 1."""
        rows = reference.astype(np.float32)
        self._centre = rows.mean(axis=0)
        self._rows = _unit(rows - self._centre)

    def distance(self, embeddings: Floats, n: int = NEIGHBOUR) -> Floats:
        """Return float32 (N,): cosine distance 0..2 of each embedding (N, D) to its n-th nearest.

        With fewer than `n` rows the farthest counts.
        """
        return self._nth(_unit(_unit(embeddings) - self._centre), n)

    def own_distances(self, n: int = NEIGHBOUR) -> Floats:
        """Return float32 (R,): the same distance of each kept row, which does not count itself."""
        return self._nth(self._rows, n + 1)

    def _nth(self, centred: Floats, n: int) -> Floats:
        similarity = centred @ self._rows.T  # (N, D) -> (N, R)
        rank = min(n, similarity.shape[1])
        return np.asarray(1.0 - np.partition(similarity, -rank, axis=1)[:, -rank], np.float32)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12), np.float32)
