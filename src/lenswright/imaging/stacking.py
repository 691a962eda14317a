"""Framed photos in, one batch out. No files, no network, no model."""

from collections.abc import Sequence

import numpy as np

from lenswright.imaging.decode import RGB


def stack(frames: Sequence[RGB]) -> RGB:
    """Return uint8 (N, S, S, 3) from N frames (S, S, 3)."""
    return np.stack(frames)  # N x (S, S, 3) -> (N, S, S, 3)
