"""How far a photo lies from everything the model was trained on."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOUR = 5


def nth_nearest_distance(
    embeddings: NDArray[np.float32], reference: NDArray[np.float16] | NDArray[np.float32], n: int = NEIGHBOUR
) -> NDArray[np.float32]:
    """Return float32 (N,): cosine distance 0..2 of each embedding (N, D) to its n-th nearest of (R, D).

    `reference` rows have length 1; with fewer than `n` rows the farthest counts.
    """
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True).clip(1e-12)
    similarity = (embeddings / lengths) @ reference.astype(np.float32, copy=False).T  # (N, D) -> (N, R)
    rank = min(n, similarity.shape[1])
    return np.asarray(1.0 - np.partition(similarity, -rank, axis=1)[:, -rank], np.float32)
