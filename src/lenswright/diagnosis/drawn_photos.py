"""Photos to ask a model for where there are none: soft light, shapes, grain; JPEGs of about 20 KB."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = (486, 374)  # width, height in pixels
SHAPES, GRAIN, QUALITY = 9, 4, 83


def draw_photo(seed: int) -> bytes:
    """Return the JPEG number `seed`; the same seed is the same photo."""
    random = np.random.default_rng(seed)
    colours = random.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    image = Image.fromarray(colours).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(SHAPES):
        x, y = (int(random.uniform(-0.1, 1) * side) for side in SIZE)
        width, height = (int(random.uniform(0.08, 0.45) * side) for side in SIZE)
        draw.ellipse((x, y, x + width, y + height), fill=tuple(random.integers(0, 256, 3).tolist()))
    soft = np.asarray(image.filter(ImageFilter.BoxBlur(1)), np.int16)
    grain = random.integers(-GRAIN, GRAIN, (*soft.shape[:2], 1), np.int16, endpoint=True)
    out = io.BytesIO()
    Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
