"""Does an exported network answer as the one it was made from? Probabilities of both in."""

from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, ExportFailed
from lenswright.inference.session import open_session
from lenswright.training.heads_onnx import INPUT

TOLERANCE = 1e-4
BATCH_SIZES = (1, 3, 7)

Floats = NDArray[np.float32]


def check_parity(probabilities: Floats, onnx_path: Path, frames: NDArray[np.uint8]) -> float:
    """Return the largest difference between the model's `probabilities` (N, C) and the file's.

    `frames` uint8 (N, S, S, 3) go through the file in batches of `BATCH_SIZES` in turn.
    Raises ExportFailed from a difference of `TOLERANCE` on, or if one answer has another class.
    """
    answers = answer(onnx_path, frames, "probabilities")
    return check_alike(
        answers, probabilities, TOLERANCE, name="The exported file", original="the trained model"
    )


def answer(onnx_path: Path, frames: NDArray[np.uint8], output: str) -> Floats:
    """Return what the file says for `frames`, (N, ...). Raises ExportFailed if it cannot be opened."""
    session = open_exported(onnx_path.read_bytes())
    parts: list[Any] = []
    start = 0
    for size in cycle(BATCH_SIZES):
        if start >= len(frames):
            break
        parts.append(session.run([output], {INPUT: frames[start : start + size]})[0])
        start += size
    return np.concatenate(parts)


def open_exported(network: bytes) -> onnxruntime.InferenceSession:
    """Return a session of an exported network. Raises ExportFailed."""
    try:
        return open_session(network)
    except BundleRefused as exc:
        raise ExportFailed(f"The exported file cannot be opened: {exc}") from exc


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
