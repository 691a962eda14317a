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
from PIL import ExifTags, Image, UnidentifiedImageError

from lenswright.errors import ImageError, ImageTooLarge, UnreadableImage, UnsupportedImage

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*")  # too damaged to be opened
SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L")
DEEP_MODES = (*SIXTEEN_BIT_MODES, "I", "F")
UPRIGHT = {  # EXIF orientation -> what turns the photo upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = (5, 6, 7, 8)
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError,
           OverflowError, ZeroDivisionError, AssertionError, RuntimeError)  # fmt: skip

RGB = NDArray[np.uint8]

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked instead, and says what came
warnings.filterwarnings("ignore", module=r"PIL\.")  # about odd metadata; set once, as threads share filters


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


@dataclass(frozen=True)
class DecodedImage:
    """One photo as Pillow has it, upright and of mode RGB; the rest as in Decoded."""

    image: Image.Image
    width: int
    height: int
    format: str


def decode(data: bytes, *, limits: DecodeLimits = DecodeLimits(), draft_px: int | None = None) -> Decoded:
    """Return the photo upright, in RGB, over a white ground where it was transparent.

    `draft_px`: the caller will resize to this size; a large JPEG is then decoded at a half, a
    quarter or an eighth, never below twice that size, which costs no visible quality.
    Raises UnsupportedImage, UnreadableImage or ImageTooLarge.
    """
    photo = decode_image(data, limits=limits, draft_px=draft_px)
    return Decoded(np.asarray(photo.image), photo.width, photo.height, photo.format)


def decode_image(
    data: bytes, *, limits: DecodeLimits = DecodeLimits(), draft_px: int | None = None
) -> DecodedImage:
    """Return what `decode` does, without copying the pixels into an array."""
    if not data:
        raise UnreadableImage("Expected a photo. Received: an empty file.")
    if len(data) > limits.max_bytes:
        raise ImageTooLarge(f"Expected at most {limits.max_bytes} bytes. Received: {len(data)}.")
    try:
        return _decode(data, limits, draft_px)
    except ImageError:
        raise
    except _DAMAGE as exc:
        raise UnreadableImage(f"The photo is damaged and cannot be decoded: {exc}.") from exc


def _decode(data: bytes, limits: DecodeLimits, draft_px: int | None) -> DecodedImage:
    image: Any = _open(data)
    width, height = image.size
    if width * height > limits.max_pixels:
        raise ImageTooLarge(f"Expected at most {limits.max_pixels} pixels. Received: {width}x{height}.")
    format_name = "JPEG" if image.format == "MPO" else str(image.format)  # phones append a second picture
    if draft_px and format_name == "JPEG":
        image.draft(None, (2 * draft_px, 2 * draft_px))
    image.load()
    orientation = _orientation(image)
    turn = UPRIGHT.get(orientation)
    upright = _to_rgb(image if turn is None else image.transpose(turn))
    size = (height, width) if orientation in ON_ITS_SIDE else (width, height)
    return DecodedImage(upright, *size, format_name)


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as exc:
        if data.startswith(SIGNATURES):
            raise UnreadableImage(
                f"The photo is damaged: its beginning cannot be read. Received: {len(data)} bytes."
            ) from exc
        shown = data[:8].hex(" ")
        raise UnsupportedImage(
            f"Expected a photo as {', '.join(FORMATS)}. Received: {len(data)} bytes that start with {shown}."
        ) from exc


def _orientation(image: Image.Image) -> int:
    """Return 1 to 8 as EXIF has it; damaged metadata does not spoil a photo and counts as 1."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _DAMAGE:
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return mode RGB: 16 bits scaled to 8, transparency laid over white."""
    if image.mode in DEEP_MODES:
        return Image.fromarray(_to_eight_bits(image)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        ground = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Return uint8 (H, W): white of the format is white, or of the content where the format has none."""
    deep = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    most = float(deep.max(initial=0.0))
    if image.mode in SIXTEEN_BIT_MODES:
        white = 65535.0
    else:  # 32 bits: a fraction, 8 or 16 bits in wider cells, or anything
        white = next((level for level in (1.0, 255.0, 65535.0) if most <= level), most)
    gray: NDArray[np.uint8] = np.clip(deep * (255.0 / white) + 0.5, 0, 255).astype(np.uint8)
    return gray
