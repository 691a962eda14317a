"""Photos to send: drawn from a seed, or taken from a folder.

A drawn photo has what makes a real one cost what it costs: soft light, a few shapes, grain; at
486 x 374 pixels it is a JPEG of about 21 KB. The same seed is the same photo on every machine.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = (486, 374)  # width, height in pixels
QUALITY = 83
GRAIN = 4  # of 255
SHAPES = 9
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def draw_photo(seed: int, size: tuple[int, int] = SIZE) -> bytes:
    """Return the JPEG number `seed`."""
    random = np.random.default_rng(seed)
    image = _light(random, size)
    draw = ImageDraw.Draw(image)
    for _ in range(SHAPES):
        x, y = (int(random.uniform(-0.1, 1) * side) for side in size)
        width, height = (int(random.uniform(0.08, 0.45) * side) for side in size)
        draw_shape = draw.ellipse if random.random() < 0.7 else draw.rectangle
        draw_shape((x, y, x + width, y + height), fill=tuple(random.integers(0, 256, 3).tolist()))
    soft = np.asarray(image.filter(ImageFilter.BoxBlur(1)), np.int16)
    grain = random.integers(-GRAIN, GRAIN, (*soft.shape[:2], 1), np.int16, endpoint=True)
    out = io.BytesIO()
    Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _light(random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Return a smooth ground: a few random colours, stretched over the frame."""
    colours = random.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC)


def photo_files(folder: Path) -> list[Path]:
    """Return the photos anywhere under `folder`, in a stable order."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)


def photo_pool(count: int, folder: Path | None = None, seed: int = 0) -> Sequence[bytes]:
    """Return up to `count` different photos: drawn ones, or a seeded choice of those in `folder`.

    Raises FileNotFoundError if `folder` has none.
    """
    if folder is None:
        return [draw_photo(seed + number) for number in range(count)]
    files = photo_files(folder)
    if not files:
        raise FileNotFoundError(f"Expected photos ({', '.join(SUFFIXES)}) under {folder}. There are none.")
    order = np.random.default_rng(seed).permutation(len(files))[:count]
    return [files[index].read_bytes() for index in order]
