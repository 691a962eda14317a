"""Photos for tests: real files, made on the spot, the same on every machine."""

import io

import numpy as np
from PIL import Image


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
