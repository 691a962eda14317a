"""Framed photos in, random views of them out: cut, turned, stretched, mirrored, recoloured, mixed.

The random numbers are NumPy arrays made here from the caller's generator and handed to TensorFlow,
so one seed and one checkpoint fix every view. No files, no model.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# A box: y1, x1, y2, x2 as shares of the frame, then the angle in radians it is turned by.
WHOLE = (0.0, 0.0, 1.0, 1.0, 0.0)
MIRRORED = (0.0, 1.0, 1.0, 0.0, 0.0)  # a box whose x1 lies right of its x2 mirrors


@dataclass(frozen=True)
class Augmentation:
    """How far views may differ from the frame. The defaults are those of the preset `scratch`.

    `min_area`: smallest crop as a share of the frame; `max_stretch`: of its sides; `rotation_degrees`
    either way; `shift`: of the crop, as a share of the frame, also beyond its edges, which then are
    reflected. `brightness`, `contrast`, `saturation`: factors are drawn from 1 - x to 1 + x.
    `randaugment`: operations per photo. `mixup`: alpha of the Beta distribution, 0 mixes nothing.
    """

    min_area: float = 0.3
    max_stretch: float = 4 / 3
    mirror: bool = True
    rotation_degrees: float = 0.0
    shift: float = 0.0
    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.3
    randaugment: int = 0
    mixup: float = 0.0


def sample_boxes(rng: np.random.Generator, count: int, augmentation: Augmentation) -> Floats:
    """Return float32 (count, 5) boxes y1, x1, y2, x2, angle; a mirrored one has x1 > x2."""
    area = rng.uniform(augmentation.min_area, 1.0, count)
    log_stretch = np.log(augmentation.max_stretch)
    stretch = np.exp(rng.uniform(-log_stretch, log_stretch, count) / 2)
    height = np.minimum(np.sqrt(area) * stretch, 1.0)
    width = np.minimum(np.sqrt(area) / stretch, 1.0)
    shifts = rng.uniform(-1.0, 1.0, (2, count)) * augmentation.shift
    top = rng.uniform(0.0, 1.0, count) * (1.0 - height) + shifts[0]
    left = rng.uniform(0.0, 1.0, count) * (1.0 - width) + shifts[1]
    mirrored = (rng.uniform(size=count) < 0.5) & augmentation.mirror
    right = left + width
    x1, x2 = np.where(mirrored, right, left), np.where(mirrored, left, right)
    angle = np.radians(rng.uniform(-1.0, 1.0, count) * augmentation.rotation_degrees)
    return np.stack([top, x1, top + height, x2, angle], axis=1).astype(np.float32)


def sample_colour(rng: np.random.Generator, count: int, augmentation: Augmentation) -> Floats:
    """Return float32 (count, 3): factors of brightness, contrast and saturation around 1."""
    reach = np.array([augmentation.brightness, augmentation.contrast, augmentation.saturation])
    factors: Floats = (1.0 + rng.uniform(-1.0, 1.0, (count, 3)) * reach).astype(np.float32)
    return factors


def crop(frames: Any, boxes: Any, size_px: int) -> Any:
    """Return float32 (N, S, S, 3) in 0..255: each frame of uint8 (N, P, P, 3) cut to its box.

    Bilinear; corners meet corners. What lies beyond the frame is its reflection.
    """
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.cast(frames, tf.float32),
        transforms=_transforms(boxes, tf.shape(frames)[1], size_px),
        output_shape=[size_px, size_px],
        interpolation="BILINEAR",
        fill_mode="REFLECT",
        fill_value=0.0,
    )


def _transforms(boxes: Any, frame_px: Any, size_px: int) -> Any:
    """Return float32 (N, 8): from a view's pixel to the frame's, row by row of a 3 x 3 matrix."""
    y1, x1, y2, x2, angle = tf.unstack(tf.cast(boxes, tf.float32), axis=1)
    last = tf.cast(frame_px - 1, tf.float32)
    middle, step = (size_px - 1) / 2, last / (size_px - 1)
    width, height = (x2 - x1) * step, (y2 - y1) * step  # frame pixels per pixel of the view
    xx, xy = tf.cos(angle) * width, -tf.sin(angle) * height
    yx, yy = tf.sin(angle) * width, tf.cos(angle) * height
    x0 = (x1 + x2) / 2 * last - (xx + xy) * middle
    y0 = (y1 + y2) / 2 * last - (yx + yy) * middle
    none = tf.zeros_like(x0)
    return tf.stack([xx, xy, x0, yx, yy, y0, none, none], axis=1)


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


@dataclass(frozen=True)
class Mixture:
    """MixUp (Zhang et al. 2018, arXiv:1710.09412): photo i keeps `shares[i]` of itself, at least a
    half, and takes the rest from photo `partners[i]`. int64 and float32 (N,)."""

    partners: NDArray[np.int64]
    shares: Floats


def sample_mixture(rng: np.random.Generator, count: int, augmentation: Augmentation) -> Mixture | None:
    """Return who is mixed with whom, or None where nothing is mixed."""
    if augmentation.mixup <= 0:
        return None
    shares = rng.beta(augmentation.mixup, augmentation.mixup, count).astype(np.float32)
    return Mixture(rng.permutation(count), np.maximum(shares, 1 - shares))


def mix(values: Any, partners: Any, shares: Any) -> Any:
    """Return float32 (N, ...): shares * values + (1 - shares) * values[partners]."""
    values = tf.cast(values, tf.float32)
    kept = tf.reshape(shares, [-1] + [1] * (values.shape.rank - 1))
    return kept * values + (1.0 - kept) * tf.gather(values, partners)
