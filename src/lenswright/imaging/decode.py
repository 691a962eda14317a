"""Bytes in, RGB pixels out: the one decoder of upload, training, evaluation and serving.

No files, no network, no model. Every failure is an ImageError that says what came.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from lenswright.errors import ImageError, ImageTooLarge, UnreadableImage, UnsupportedImage

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
SIXTEEN_BIT_MODES = ("I", "I;16", "I;16B", "I;16L")
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError,
           OverflowError, ZeroDivisionError, AssertionError, RuntimeError)  # fmt: skip

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class DecodeLimits:
    """What is refused before a pixel is decoded: bytes of the file, pixels of the photo."""

    max_bytes: int = 25_000_000
    max_pixels: int = 100_000_000


@dataclass(frozen=True)
class Decoded:
    """One photo: `rgb` uint8 (H, W, 3); `width`, `height` of the upright original; its format."""

    rgb: RGB
    width: int
    height: int
    format: str


def decode(data: bytes, *, limits: DecodeLimits = DecodeLimits(), draft_px: int | None = None) -> Decoded:
    """Return the photo upright, in RGB, over a white ground where it was transparent.

    `draft_px`: the caller will resize to this size; a large JPEG is then decoded at a half, a
    quarter or an eighth, never below twice that size, which costs no visible quality.
    Raises UnsupportedImage, UnreadableImage or ImageTooLarge.
    """
    if not data:
        raise UnreadableImage("Expected a photo. Received: an empty file.")
    if len(data) > limits.max_bytes:
        raise ImageTooLarge(f"Expected at most {limits.max_bytes} bytes. Received: {len(data)}.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd metadata; the limits are ours
        try:
            return _decode(data, limits, draft_px)
        except ImageError:
            raise
        except _DAMAGE as exc:
            raise UnreadableImage(f"The photo is damaged and cannot be decoded: {exc}.") from exc


def _decode(data: bytes, limits: DecodeLimits, draft_px: int | None) -> Decoded:
    image: Any = _open(data)
    format_name = str(image.format)
    width, height = image.size
    if width * height > limits.max_pixels:
        raise ImageTooLarge(f"Expected at most {limits.max_pixels} pixels. Received: {width}x{height}.")
    if draft_px and format_name == "JPEG":
        image.draft(None, (2 * draft_px, 2 * draft_px))
    image.load()
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    upright = _to_rgb(ImageOps.exif_transpose(image))
    size = (height, width) if turned else (width, height)
    return Decoded(np.asarray(upright), *size, format_name)


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as exc:
        raise ImageTooLarge(str(exc)) from exc
    except UnidentifiedImageError as exc:
        shown = data[:8].hex(" ")
        raise UnsupportedImage(
            f"Expected a photo as {', '.join(FORMATS)}. Received: {len(data)} bytes that start with {shown}."
        ) from exc


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return mode RGB: 16 bits scaled to 8, transparency laid over white."""
    if image.mode in SIXTEEN_BIT_MODES:
        deep = np.asarray(image, dtype=np.int64)
        scale = 257 if deep.max(initial=0) > 255 else 1
        return Image.fromarray(np.clip(deep // scale, 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        ground = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
