"""Bytes in, RGB pixels out: the one decoder of upload, training, evaluation and serving.

No files, no network, no model. Every failure is an ImageError that says what came.
"""

import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from lenswright.errors import ImageTooLarge, UnreadableImage, UnsupportedImage
from lenswright.imaging.counted_file import CountedFile
from lenswright.imaging.rgb import to_rgb

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
START_OF_SCAN = b"\xff\xda"
MOST_SCANNED_PIXELS = 1_500_000_000  # 120 scans of a phone's photo, which has ten: 36 bytes order one more
COSTLY_FORMATS = ("WEBP", "TIFF")  # their decoders need up to four times the memory of the others
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*")  # too damaged to be opened
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
SHRUNK_ABOVE_PIXELS = 4_000_000
LARGE_PIXELS = 16_000_000  # larger ones take turns: each needs hundreds of MB while it is decoded
_LARGE_TURN = threading.Lock()

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked instead, and says what came
warnings.filterwarnings("ignore", module=r"PIL\.")  # about odd metadata; set once, as threads share filters


@dataclass(frozen=True)
class DecodeLimits:
    """What is refused before a pixel is decoded: bytes of the file, pixels of the photo.

    Of a WebP, a TIFF and of CMYK half the pixels: decoding then needs at most ten bytes a pixel of
    `max_pixels`.
    """

    max_bytes: int = 25_000_000
    max_pixels: int = 50_000_000


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

    `draft_px`: the caller will resize to this size; a large photo is then shrunk while it is decoded,
    never below twice that size, which costs no visible quality.
    Raises UnsupportedImage, UnreadableImage or ImageTooLarge.
    """
    photo = decode_image(data, limits=limits, draft_px=draft_px)
    return Decoded(np.asarray(photo.image), photo.width, photo.height, photo.format)


def decode_image(
    data: bytes, *, limits: DecodeLimits = DecodeLimits(), draft_px: int | None = None
) -> DecodedImage:
    """Return what `decode` does, without copying the pixels into an array."""
    with decoding(data, limits=limits, draft_px=draft_px) as photo:
        return photo


@contextmanager
def decoding(
    data: bytes, *, limits: DecodeLimits = DecodeLimits(), draft_px: int | None = None
) -> Iterator[DecodedImage]:
    """Lend what `decode_image` returns; until the block ends, no other large photo is decoded."""
    if not data:
        raise UnreadableImage("Expected a photo. Received: an empty file.")
    if len(data) > limits.max_bytes:
        raise ImageTooLarge(f"Expected at most {limits.max_bytes} bytes. Received: {len(data)}.")
    with _damage():
        image: Any = _open(data)
        _refuse_costly(image, data, limits)
    with _LARGE_TURN if image.width * image.height > LARGE_PIXELS else nullcontext():
        with _damage():
            photo = _decode(image, draft_px)
        del image  # it still has the bytes of the file
        yield photo


@contextmanager
def _damage() -> Iterator[None]:
    """Let whatever Pillow raises for damaged bytes become an UnreadableImage."""
    try:
        yield
    except _DAMAGE as exc:
        raise UnreadableImage(f"The photo is damaged and cannot be decoded: {exc}.") from exc


def _decode(image: Any, draft_px: int | None) -> DecodedImage:
    width, height = image.size
    format_name = "JPEG" if image.format == "MPO" else str(image.format)  # phones append a second picture
    if draft_px and format_name == "JPEG":
        image.draft(None, (2 * draft_px, 2 * draft_px))
    image.load()
    orientation = _orientation(image)
    upright = to_rgb(image, factor=_factor(image, draft_px))
    if upright is not image:
        image.close()
    turn = UPRIGHT.get(orientation)
    if turn is not None:
        upright = upright.transpose(turn)
    size = (height, width) if orientation in ON_ITS_SIDE else (width, height)
    return DecodedImage(upright, *size, format_name)


def _refuse_costly(image: Image.Image, data: bytes, limits: DecodeLimits) -> None:
    """Raise ImageTooLarge for what takes too much memory, UnreadableImage for what takes too long."""
    pixels, most, of_what = image.width * image.height, limits.max_pixels, ""
    if image.format in COSTLY_FORMATS or image.mode == "CMYK":
        most, of_what = most // 2, f" of a {image.format} of mode {image.mode}"
    if pixels > most:
        raise ImageTooLarge(
            f"Expected at most {most} pixels{of_what}. Received: {image.width}x{image.height}."
        )
    if image.format in ("JPEG", "MPO"):
        scans, most = data.count(START_OF_SCAN), MOST_SCANNED_PIXELS // max(1, pixels)
        if scans > most:
            raise UnreadableImage(f"Expected a JPEG of at most {most} scans. Received: {scans}.")


def _factor(image: Image.Image, draft_px: int | None) -> int:
    """Return by how much a large image is shrunk at once: as resizing it would, to no less than twice."""
    if not draft_px or image.width * image.height <= SHRUNK_ABOVE_PIXELS:
        return 1
    return max(1, min(image.size) // (2 * draft_px))


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(CountedFile(data), formats=FORMATS)
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
