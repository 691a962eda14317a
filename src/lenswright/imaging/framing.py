"""RGB pixels of any size in, the square a model takes out. No files, no network, no model."""

import numpy as np
from PIL import Image

from lenswright.imaging.decode import RGB, DecodeLimits, decode_image
from lenswright.imaging.input_spec import InputSpec


def frame(rgb: RGB, spec: InputSpec) -> RGB:
    """Return uint8 (S, S, 3): `rgb` (H, W, 3) framed as `spec` says, bilinear with antialiasing."""
    return _frame(Image.fromarray(rgb), spec)


def decode_framed(data: bytes, spec: InputSpec, *, limits: DecodeLimits = DecodeLimits()) -> RGB:  # noqa: B008 frozen
    """Return uint8 (S, S, 3) straight from a file's bytes: what training and serving both see."""
    return _frame(decode_image(data, limits=limits, draft_px=spec.size_px).image, spec)


def _frame(image: Image.Image, spec: InputSpec) -> RGB:
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    if spec.framing == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    side_px = (spec.size_px, spec.size_px)
    resized = image.resize(side_px, Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    return np.asarray(resized)  # (H, W, 3) -> (S, S, 3)
