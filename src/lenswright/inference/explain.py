"""What in a photo spoke for a class: the class activation map, in NumPy. No files, no network, no Flask.

With a linear head on the averaged feature map it is Grad-CAM (up to a positive scale) without a gradient.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenswright.imaging.decode import RGB
from lenswright.inference.prediction import Prediction

# Inferno, dark to bright: brightness rises evenly, so it reads the same with any colour vision and in grey.
COLOURS = ((0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85), (227, 89, 51),
           (249, 140, 10), (249, 201, 50), (252, 255, 164))  # fmt: skip
OPACITY = 0.5

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Explanation:
    """A prediction with `overlay_png`: the framed photo, bright where it spoke for `class_name`."""

    prediction: Prediction
    class_name: str
    overlay_png: bytes


def activation_map(feature_map: Floats, kernel: Floats, class_index: int) -> Floats:
    """Return float32 (h, w), 0..1: how much each place of `feature_map` (h, w, D) spoke for the class.

    `kernel` (D, C). What spoke against it counts as 0; all zeros if nothing spoke for it.
    """
    spoke = np.maximum(feature_map @ kernel[:, class_index], 0.0)  # (h, w, D) -> (h, w)
    return np.asarray(spoke / max(float(spoke.max()), 1e-12), np.float32)


def overlay(framed: RGB, activation: Floats) -> bytes:
    """Return a PNG (S, S): the photo `framed` (S, S, 3) in grey under the coloured `activation` (h, w)."""
    side_px = framed.shape[:2][::-1]
    heat = np.asarray(Image.fromarray(activation).resize(side_px, Image.Resampling.BILINEAR))  # -> (S, S)
    grey = np.asarray(Image.fromarray(framed).convert("L"), np.float32)[..., None]  # (S, S, 1)
    blended = (1 - OPACITY) * grey + OPACITY * _coloured(heat)
    file = io.BytesIO()
    Image.fromarray(np.rint(blended).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _coloured(heat: Floats) -> Floats:
    """Return float32 (S, S, 3), 0..255, for `heat` (S, S), 0..1."""
    steps = np.linspace(0.0, 1.0, len(COLOURS))
    channels = [np.interp(heat, steps, levels) for levels in zip(*COLOURS, strict=True)]
    return np.stack(channels, axis=-1).astype(np.float32)
