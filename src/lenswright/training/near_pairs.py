"""Which of many embeddings are nearly the same: every one held against every other, a block at a time.

Arrays in, pairs of rows out; memory is bounded by two blocks and their products.
"""

from collections.abc import Callable

import numpy as np

from lenswright.evaluation.discriminant import Floats, Ints, Rows, unit_rows
from lenswright.evaluation.side_by_side import side_by_side

BLOCK = 2048  # rows; the products of two blocks are 17 MB
MOST_A_ROW = 16  # pairs that a row has on average within two blocks: thousands of copies make millions


def near_pairs(
    rows: Rows, least_cosine: float, on_block: Callable[[int, int], None] = lambda *_: None
) -> tuple[Ints, Floats]:
    """Return int64 (P, 2), the pairs of `rows` (N, D) whose cosine is at least that, and their cosines (P,).

    The lower row comes first. Where very many are alike, each has only its nearest in every block: enough
    to tell that they are one group. `on_block(done, count)` may raise to stop.
    """
    starts = range(0, rows.shape[0], BLOCK)
    pairs, cosines = [np.empty((0, 2), np.int64)], [np.empty(0, np.float32)]
    done, count = 0, len(starts) * (len(starts) + 1) // 2
    for start in starts:
        block = _block(rows, start)

        def compare(later: int, start: int = start, block: Floats = block) -> tuple[Ints, Floats]:
            products = block @ _block(rows, later).T
            if later == start:
                products[np.tril_indices(len(products))] = -1
            near = _near(products, least_cosine)
            return near + np.array([start, later]), products[near[:, 0], near[:, 1]]

        for found, their_cosines in side_by_side(compare, range(start, rows.shape[0], BLOCK)):
            pairs.append(found)
            cosines.append(their_cosines)
            done += 1
            on_block(done, count)
    return np.concatenate(pairs), np.concatenate(cosines)


def _block(rows: Rows, start: int) -> Floats:
    return unit_rows(rows, np.arange(start, min(start + BLOCK, rows.shape[0])))


def _near(cosines: Floats, least: float) -> Ints:
    """Return int64 (p, 2), the places of what is at least `least`, or of the largest in each column."""
    near = cosines >= least
    if np.count_nonzero(near) > MOST_A_ROW * cosines.shape[1]:
        columns = np.flatnonzero(near.any(axis=0))
        return np.stack([cosines[:, columns].argmax(axis=0), columns], axis=1)
    return np.argwhere(near)
