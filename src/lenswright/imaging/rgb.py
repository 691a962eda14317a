"""A picture of any mode in, mode RGB out: some rows at a time, so that little more than both is in memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BAND_PIXELS = 500_000
SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L")
DEEP_MODES = (*SIXTEEN_BIT_MODES, "I", "F")


def to_rgb(image: Image.Image, *, factor: int = 1) -> Image.Image:
    """Return mode RGB: 16 bits scaled to 8, transparency laid over white.

    `factor`: so many pixels of a row and of a column become one, their mean.
    """
    if image.mode == "RGB" and not image.has_transparency_data and factor == 1:
        return image
    white = _white(image) if image.mode in DEEP_MODES else 255.0
    if factor == 1 and image.width * image.height <= BAND_PIXELS:
        return _flat(image, white)
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top, band in _bands(image, factor):
        small.paste(_flat(band, white).reduce(factor), (0, top // factor))
    return small


def _bands(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield the image as stripes of whole rows, each with its first row, a multiple of `factor`."""
    rows = max(1, BAND_PIXELS // (image.width * factor)) * factor
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _flat(image: Image.Image, white: float) -> Image.Image:
    if image.mode in DEEP_MODES:
        return Image.fromarray(_to_eight_bits(image, white)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        ground = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _white(image: Image.Image) -> float:
    """Return the level that is white: of the format, or of the content where the format has none."""
    if image.mode in SIXTEEN_BIT_MODES:
        return 65535.0
    most = max(float(_finite(band).max(initial=0.0)) for _, band in _bands(image))
    # 32 bits: a fraction, 8 or 16 bits in wider cells, or anything
    return next((level for level in (1.0, 255.0, 65535.0) if most <= level), most)


def _to_eight_bits(image: Image.Image, white: float) -> NDArray[np.uint8]:
    """Return uint8 (H, W)."""
    gray: NDArray[np.uint8] = np.clip(_finite(image) * (255.0 / white) + 0.5, 0, 255).astype(np.uint8)
    return gray


def _finite(image: Image.Image) -> NDArray[np.float32]:
    """Return float32 (H, W)."""
    deep: NDArray[np.float32] = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    return deep
