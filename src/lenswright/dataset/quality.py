"""Photos that teach little: blurred, dark, bright, tiny or of an odd shape. Nothing is refused for that.

`sharpness` is the variance of the Laplacian: of how much each pixel differs from its four neighbours.
J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000;
S. Pertuz et al., "Analysis of focus measure operators for shape-from-focus", 2013, compare it with others.
It is taken of the photo shrunk to one size, so that photos of many and of few pixels compare. Low
contrast lowers it, too. The limits were chosen by looking at 14,000 photos of cats and dogs, of which
each marks about one in a hundred: drawings and cut-outs on white are "bright", flashlit black dogs "dark".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import ColumnElement, or_

from lenswright.dataset.example import Photo
from lenswright.imaging.decode import RGB
from lenswright.storage.dataset_tables import PhotoRow

LONG_SIDE_PX = 256
BLURRED_BELOW = 60.0
DARK_BELOW = 50.0
BRIGHT_ABOVE = 190.0
TINY_BELOW_PX = 64
ODD_ABOVE = 3
PROBLEMS = ("blurred", "dark", "bright", "tiny", "odd_shape")


@dataclass(frozen=True)
class Quality:
    """`brightness`: mean luma, 0 to 255. `sharpness`: 0 for a plain surface, hundreds for most photos."""

    brightness: float
    sharpness: float


def quality_of(rgb: RGB) -> Quality:
    """Return the quality of a photo (H, W, 3)."""
    return quality_of_luma(Image.fromarray(rgb).convert("L"))


def quality_of_luma(luma: Image.Image) -> Quality:
    """Return the quality of a photo whose luma is already there, as an image of mode L."""
    shrunk = np.asarray(_shrink(luma))  # (h, w), the longer at most 256
    return Quality(float(shrunk.mean()), _laplacian_variance(shrunk))


def quality_problems(photo: Photo) -> tuple[str, ...]:
    """Return the codes of what is odd about a photo, of PROBLEMS and in that order."""
    short, long = sorted((photo.width, photo.height))
    found = {
        "blurred": photo.sharpness is not None and photo.sharpness < BLURRED_BELOW,
        "dark": photo.brightness is not None and photo.brightness < DARK_BELOW,
        "bright": photo.brightness is not None and photo.brightness > BRIGHT_ABOVE,
        "tiny": short < TINY_BELOW_PX,
        "odd_shape": long > ODD_ABOVE * short,
    }
    return tuple(code for code in PROBLEMS if found[code])


def problem_condition(code: str) -> ColumnElement[bool]:
    """Return the condition for photos that `quality_problems` gives `code`, which is one of PROBLEMS."""
    width, height = PhotoRow.width, PhotoRow.height
    return {
        "blurred": PhotoRow.sharpness < BLURRED_BELOW,
        "dark": PhotoRow.brightness < DARK_BELOW,
        "bright": PhotoRow.brightness > BRIGHT_ABOVE,
        "tiny": or_(width < TINY_BELOW_PX, height < TINY_BELOW_PX),
        "odd_shape": or_(width > ODD_ABOVE * height, height > ODD_ABOVE * width),
    }[code]


def _shrink(luma: Image.Image) -> Image.Image:
    scale = LONG_SIDE_PX / max(luma.size)
    if scale >= 1:
        return luma  # a small one is not made larger: that would blur it
    width, height = (max(1, round(side * scale)) for side in luma.size)
    return luma.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _laplacian_variance(luma: NDArray[np.uint8]) -> float:
    """Return the variance of up + down + left + right - 4 x here over the inner pixels; 0 without any."""
    wide = luma.astype(np.int16)
    if min(wide.shape) < 3:
        return 0.0
    differences = wide[:-2, 1:-1] + wide[2:, 1:-1]  # (h - 2, w - 2)
    differences += wide[1:-1, :-2]
    differences += wide[1:-1, 2:]
    differences -= 4 * wide[1:-1, 1:-1]
    flat = differences.ravel().astype(np.float32)
    return float(np.dot(flat, flat) / flat.size - flat.mean() ** 2)
