"""What a photo looks like, small enough to compare it with every other photo of its task.

`dhash` says for each of 8 x 8 places whether the photo is brighter there than to the right: scaling,
recompression and trimming flip few of its 64 bits. Dark pictures with one bright thing in the middle
share most of them, too, so `colours`, the photo shrunk to 6 x 6 pixels, must agree as well.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from lenswright.imaging.decode import RGB

COLOURS_SIDE = 6
COLOURS_BYTES = COLOURS_SIDE * COLOURS_SIDE * 3


@dataclass(frozen=True)
class Look:
    """`dhash`: 64 bits as a signed integer. `colours`: 6 x 6 RGB, None for photos of older versions."""

    dhash: int
    colours: bytes | None = None


def look_of(image: Image.Image, luma: Image.Image) -> Look:
    """Return the look of a photo of mode RGB whose luma, of mode L, is already there."""
    gray = np.asarray(luma.resize((9, 8), Image.Resampling.BILINEAR))  # (8, 9)
    brighter = gray[:, :-1] > gray[:, 1:]  # (8, 9) -> (8, 8)
    dhash = int.from_bytes(np.packbits(brighter).tobytes(), "big", signed=True)
    side = (COLOURS_SIDE, COLOURS_SIDE)
    return Look(dhash, image.resize(side, Image.Resampling.BILINEAR, reducing_gap=3.0).tobytes())


def pixel_hash(rgb: RGB) -> str:
    """Return sha256 hex of the upright pixels (H, W, 3) and their shape: equal for equal pictures."""
    digest = hashlib.sha256(repr(rgb.shape).encode())
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()
