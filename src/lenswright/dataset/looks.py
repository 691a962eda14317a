"""What a photo looks like, small enough to compare it with every other photo of its task.

`dhash` says for each of 8 x 8 places whether the photo is brighter there than to the right: scaling,
recompression and trimming flip few of its 64 bits. Dark pictures with one bright thing in the middle
share most of them, too, so `colours`, the photo shrunk to 6 x 6 pixels, must agree as well.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

COLOURS_SIDE = 6
COLOURS_BYTES = COLOURS_SIDE * COLOURS_SIDE * 3
HASHED_PIXELS = 1_000_000


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


def pixel_hash(image: Image.Image) -> str:
    """Return sha256 hex of the upright pixels of a photo of mode RGB, and their shape (H, W, 3): equal for
    equal pictures. A few rows at a time, which takes no second copy of a large one.
    """
    digest = hashlib.sha256(repr((image.height, image.width, 3)).encode())
    rows = max(1, HASHED_PIXELS // image.width)
    for top in range(0, image.height, rows):
        digest.update(image.crop((0, top, image.width, min(image.height, top + rows))).tobytes())
    return digest.hexdigest()
