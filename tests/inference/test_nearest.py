"""Distances agree with SciPy, for any number of neighbours."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lenswright.inference.nearest import Neighbourhood


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(("rows", "rank"), [(40, 5), (3, 3), (2, 2)])
def test_the_distance_is_the_cosine_distance_to_the_nth_nearest_row_seen_from_the_centre(
    rows: int, rank: int
) -> None:
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(20, 16)).astype(np.float32)
    reference = unit(random.normal(size=(rows, 16)).astype(np.float32))

    centre = reference.mean(axis=0)
    expected = np.sort(cdist(unit(embeddings) - centre, reference - centre, "cosine"), axis=1)[:, rank - 1]
    np.testing.assert_allclose(Neighbourhood(reference).distance(embeddings), expected, atol=1e-5)


def test_a_kept_row_is_no_neighbour_of_its_own() -> None:
    random = np.random.default_rng(2)
    reference = unit(random.normal(size=(40, 16)).astype(np.float32))
    centre = reference.mean(axis=0)
    expected = np.sort(cdist(reference - centre, reference - centre, "cosine"), axis=1)[:, 5]
    np.testing.assert_allclose(Neighbourhood(reference).own_distances(), expected, atol=1e-5)


def test_what_all_embeddings_share_does_not_make_a_stranger_near() -> None:
    random = np.random.default_rng(1)
    shared = np.full(8, 10.0)
    known = shared + np.eye(8)[0] + 0.05 * random.normal(size=(30, 8))
    stranger = (shared + np.eye(8)[1])[None]
    neighbourhood = Neighbourhood(
        unit(np.concatenate([known, shared - np.eye(8)[0] + 0.05 * random.normal(size=(30, 8))]))
    )
    assert (
        neighbourhood.distance(stranger.astype(np.float32))[0]
        > 10 * neighbourhood.distance(known[:1].astype(np.float32))[0]
    )


def test_an_embedding_of_zeros_or_a_single_reference_is_no_error() -> None:
    reference = np.eye(8, dtype=np.float16)
    assert np.isfinite(Neighbourhood(reference).distance(np.zeros((1, 8), np.float32))).all()
    assert Neighbourhood(reference[:1]).distance(np.ones((1, 8), np.float32))[0] == 1.0
