"""A photo's bytes in, a small JPEG out. No files, no network, no model."""

import io

from PIL import Image

from lenswright.imaging.decode import DecodeLimits, decode_image

QUALITY = 82
TAKEN_IN = DecodeLimits(max_bytes=2**40, max_pixels=2**40)  # only photos that passed the limits get here


def thumbnail(data: bytes, size_px: int = 192) -> bytes:
    """Return an upright JPEG whose longer side is at most `size_px`; a smaller photo keeps its size.

    Raises ImageError if the photo cannot be decoded.
    """
    small = decode_image(data, limits=TAKEN_IN, draft_px=size_px).image
    small.thumbnail((size_px, size_px), Image.Resampling.BILINEAR, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
