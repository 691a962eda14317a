"""RandAugment: a few random operations on each photo, all equally likely, all at one strength.

Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2020,
arXiv:1909.13719; its 14 operations at its strength 9 of 30. uint8 RGB in, uint8 RGB out.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

STRENGTH = 9 / 30
GREY = (128, 128, 128)  # what lies beyond the edges

Operation = Callable[[Image.Image, float], Image.Image]


def rand_augment(frame: NDArray[np.uint8], operations: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3): `frame` after `operations` of `OPERATIONS`, each in a random direction."""
    image = Image.fromarray(frame)
    for choice in rng.integers(len(OPERATIONS), size=operations):
        image = OPERATIONS[choice](image, STRENGTH * rng.choice((-1.0, 1.0)))
    return np.asarray(image)


def _affine(image: Image.Image, matrix: tuple[float, float, float, float, float, float]) -> Image.Image:
    return image.transform(
        image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=GREY
    )


def _enhance(kind: Callable[[Image.Image], ImageEnhance._Enhance]) -> Operation:
    return lambda image, strength: kind(image).enhance(1 + 0.9 * strength)


OPERATIONS: tuple[Operation, ...] = (
    lambda image, _: image,
    lambda image, _: ImageOps.autocontrast(image),
    lambda image, _: ImageOps.equalize(image),
    lambda image, strength: image.rotate(30 * strength, Image.Resampling.BILINEAR, fillcolor=GREY),
    lambda image, strength: ImageOps.posterize(image, 8 - round(4 * abs(strength))),
    lambda image, strength: ImageOps.solarize(image, round(255 * (1 - abs(strength)))),
    _enhance(ImageEnhance.Color),
    _enhance(ImageEnhance.Contrast),
    _enhance(ImageEnhance.Brightness),
    _enhance(ImageEnhance.Sharpness),
    lambda image, strength: _affine(image, (1, 0.3 * strength, 0, 0, 1, 0)),  # shear, x then y
    lambda image, strength: _affine(image, (1, 0, 0, 0.3 * strength, 1, 0)),
    lambda image, strength: _affine(image, (1, 0, 0.45 * strength * image.width, 0, 1, 0)),  # move
    lambda image, strength: _affine(image, (1, 0, 0, 0, 1, 0.45 * strength * image.height)),
)
