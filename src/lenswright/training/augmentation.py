"""Framed photos in, random views of them out: crop, stretch, mirror and colour, a batch at a time.

The random numbers are NumPy arrays made here from the caller's generator and handed to TensorFlow,
so one seed and one checkpoint fix every view. No files, no model.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WHOLE = (0.0, 0.0, 1.0, 1.0)
MIRRORED = (0.0, 1.0, 1.0, 0.0)  # crop_and_resize mirrors a box whose x1 lies right of its x2


@dataclass(frozen=True)
class Augmentation:
    """How far views may differ: crop area as a share of the frame, aspect ratio, colour factors.

    `brightness`, `contrast`, `saturation`: factors are drawn from 1 - x to 1 + x.
    """

    min_area: float = 0.3
    max_stretch: float = 4 / 3
    mirror: bool = True
    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.3


def sample_boxes(rng: np.random.Generator, count: int, augmentation: Augmentation) -> Floats:
    """Return float32 (count, 4) boxes y1, x1, y2, x2 in 0..1; a mirrored one has x1 > x2."""
    area = rng.uniform(augmentation.min_area, 1.0, count)
    log_stretch = np.log(augmentation.max_stretch)
    stretch = np.exp(rng.uniform(-log_stretch, log_stretch, count) / 2)
    height = np.minimum(np.sqrt(area) * stretch, 1.0)
    width = np.minimum(np.sqrt(area) / stretch, 1.0)
    top = rng.uniform(0.0, 1.0, count) * (1.0 - height)
    left = rng.uniform(0.0, 1.0, count) * (1.0 - width)
    mirrored = (rng.uniform(size=count) < 0.5) & augmentation.mirror
    right = left + width
    x1, x2 = np.where(mirrored, right, left), np.where(mirrored, left, right)
    return np.stack([top, x1, top + height, x2], axis=1).astype(np.float32)


def sample_colour(rng: np.random.Generator, count: int, augmentation: Augmentation) -> Floats:
    """Return float32 (count, 3): factors of brightness, contrast and saturation around 1."""
    reach = np.array([augmentation.brightness, augmentation.contrast, augmentation.saturation])
    factors: Floats = (1.0 + rng.uniform(-1.0, 1.0, (count, 3)) * reach).astype(np.float32)
    return factors


def crop(frames: Any, boxes: Any, size_px: int) -> Any:
    """Return float32 (N, S, S, 3) in 0..255: each frame of uint8 (N, P, P, 3) cut to its box."""
    order = tf.range(tf.shape(boxes)[0])
    return tf.image.crop_and_resize(frames, boxes, order, (size_px, size_px))


def jitter_colour(images: Any, factors: Any) -> Any:
    """Return uint8 (N, S, S, 3): float32 images in 0..255 with brightness, contrast and saturation
    multiplied by `factors` (N, 3)."""
    brightness, contrast, saturation = tf.split(factors[:, :, tf.newaxis, tf.newaxis], 3, axis=1)
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)  # (N, 1, 1, 1)
    grey = tf.reduce_mean(images, axis=3, keepdims=True)  # (N, S, S, 1)
    # grey + s (x - grey), then the same around the mean, folded into one pass over the pixels
    mixed = images * (saturation * contrast) + grey * ((1.0 - saturation) * contrast)
    bright = (mixed + mean * (1.0 - contrast)) * brightness
    return tf.cast(tf.clip_by_value(tf.round(bright), 0.0, 255.0), tf.uint8)
