"""Distances agree with SciPy, for any number of neighbours."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lenswright.inference.nearest import nth_nearest_distance


@pytest.mark.parametrize(("rows", "rank"), [(40, 5), (3, 3), (1, 1)])
def test_the_distance_is_the_cosine_distance_to_the_nth_nearest_row(rows: int, rank: int) -> None:
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(20, 16)).astype(np.float32)
    reference = random.normal(size=(rows, 16)).astype(np.float32)
    reference /= np.linalg.norm(reference, axis=1, keepdims=True)

    expected = np.sort(cdist(embeddings, reference, "cosine"), axis=1)[:, rank - 1]
    np.testing.assert_allclose(nth_nearest_distance(embeddings, reference), expected, atol=1e-5)


def test_an_embedding_of_zeros_is_far_from_everything_and_no_error() -> None:
    reference = np.eye(8, dtype=np.float16)
    assert nth_nearest_distance(np.zeros((1, 8), np.float32), reference)[0] == 1.0
