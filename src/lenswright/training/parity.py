"""Does an exported network answer as the one it was made from? Probabilities of both in."""

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import ExportFailed

Floats = NDArray[np.float32]


def check_alike(found: Floats, expected: Floats, tolerance: float, *, name: str, original: str) -> float:
    """Return the largest difference of two times probabilities (N, C), those of `name` and of `original`.

    Raises ExportFailed from `tolerance` on, or if one answer has another class.
    """
    difference = float(np.abs(found - expected).max())
    other = int((found.argmax(axis=1) != expected.argmax(axis=1)).sum())
    if not difference < tolerance or other:
        raise ExportFailed(
            f"{name} differs from {original}. Expected probabilities within {tolerance} and the same"
            f" classes. Received: {difference:.2g} and {other} of {len(found)} different."
        )
    return difference
