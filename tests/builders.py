"""Photos, zips and data sets made by code; the same arguments give the same bytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lenswright.dataset.example import Photo
from lenswright.dataset.looks import Look, look_of

CLASSES = ("circle", "square")
_HUES = {"circle": (0.0, 0.12), "square": (0.5, 0.65), "triangle": (0.25, 0.4)}  # part of a turn


def photo(
    colour: tuple[int, int, int] = (200, 60, 40),
    *,
    width: int = 64,
    height: int = 48,
    seed: int = 0,
    image_format: str = "JPEG",
) -> bytes:
    """Return the bytes of a noisy photo around `colour`; another `seed` is another photo."""
    random = np.random.default_rng(seed)
    noise = random.integers(-12, 13, (height, width, 3))
    pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, image_format)
    return data.getvalue()


def make_pixels(
    kind: str = "circle", *, seed: int = 0, size: tuple[int, int] = (96, 80)
) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3), `size` as (width, height): one shape on a soft, noisy ground.

    Place, size, colour, ground and noise are random; circles are warm, squares cool, triangles green,
    so that a small model learns them from a handful. Pictures of different seeds are no near-duplicates.
    """
    random = np.random.default_rng([seed, *kind.encode()])
    tiles = random.integers(60, 200, size=(6, 7, 1)) + random.integers(-12, 13, size=(6, 7, 3))
    ground = Image.fromarray(tiles.clip(0, 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    _draw_shape(ground, kind, random)
    noise = random.normal(0, 6, size=(size[1], size[0], 3))
    pixels: NDArray[np.uint8] = (np.asarray(ground) + noise).clip(0, 255).astype(np.uint8)
    return pixels


def _draw_shape(image: Image.Image, kind: str, random: np.random.Generator) -> None:
    side = min(image.size) * random.uniform(0.35, 0.6)
    left, top = (random.uniform(0, extent - side) for extent in image.size)
    hue = int(255 * random.uniform(*_HUES[kind]))
    colour = Image.new("HSV", (1, 1), (hue, int(random.integers(170, 256)), int(random.integers(170, 256))))
    fill = colour.convert("RGB").getpixel((0, 0))
    pencil, box = ImageDraw.Draw(image), (left, top, left + side, top + side)
    if kind == "circle":
        pencil.ellipse(box, fill=fill)
    elif kind == "square":
        pencil.rectangle(box, fill=fill)
    else:
        pencil.polygon([(left, top + side), (left + side / 2, top), (left + side, top + side)], fill=fill)


def make_photo(
    kind: str = "circle",
    *,
    seed: int = 0,
    size: tuple[int, int] = (96, 80),
    format: str = "JPEG",
    **options: Any,
) -> bytes:
    """Return a photo file of a `circle`, a `square` or a `triangle`."""
    return encode(Image.fromarray(make_pixels(kind, seed=seed, size=size)), format, **options)


def encode(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    """Return the bytes of `image` as a file of that format."""
    out = io.BytesIO()
    image.save(out, format, **({"quality": 90} if format == "JPEG" else {}) | options)
    return out.getvalue()


def make_photos(count: int, kind: str = "circle", *, first_seed: int = 0, **options: Any) -> list[bytes]:
    """Return `count` different photos of one class."""
    return [make_photo(kind, seed=first_seed + number, **options) for number in range(count)]


def make_zip(members: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return a zip with `members` by name, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, data)
    return out.getvalue()


def make_class_zip(per_class: int = 3, *, classes: Sequence[str] = CLASSES, folder: str = "") -> bytes:
    """Return a zip with a folder of photos for each class, within `folder`."""
    return make_zip(
        {
            f"{folder}{kind}/{number}.jpg": make_photo(kind, seed=number)
            for kind in classes
            for number in range(per_class)
        }
    )


def lying_png(width: int, height: int) -> bytes:
    """Return a small PNG that claims to be of this size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def stored_photo(**changes: Any) -> Photo:
    """Return the record of a labelled training photo; `changes` replace fields."""
    record: dict[str, Any] = {
        "id": 1, "task": "t", "label": "a", "split": "train", "group_id": None, "sha256": "",
        "pixel_sha256": "", "filename": "p.jpg", "width": 64, "height": 48, "size_bytes": 1,
        "format": "JPEG", "source": "test", "uploaded_at": 0.0,
    }  # fmt: skip
    return Photo(**record | changes)


def look_at(rgb: np.ndarray) -> Look:
    """Return the look of pixels (H, W, 3)."""
    image = Image.fromarray(rgb)
    return look_of(image, image.convert("L"))
