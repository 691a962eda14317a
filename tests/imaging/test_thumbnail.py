"""Thumbnails of all kinds of photos."""

import numpy as np
import pytest
from PIL import Image

from lenswright.errors import UnreadableImage
from lenswright.imaging.decode import decode
from lenswright.imaging.thumbnail import thumbnail
from tests.builders import encode, make_photo


@pytest.mark.parametrize(
    ("size", "expected"),
    [((800, 600), (192, 144)), ((600, 800), (144, 192)), ((50, 40), (50, 40)), ((4000, 2), (192, 1))],
)
def test_the_longer_side_is_at_most_192_px(size: tuple[int, int], expected: tuple[int, int]) -> None:
    small = decode(thumbnail(encode(Image.new("RGB", size, "red"))))
    assert (small.width, small.height, small.format) == (*expected, "JPEG")


def test_another_size_can_be_asked_for() -> None:
    assert decode(thumbnail(make_photo(size=(640, 480)), 64)).width == 64


def test_a_thumbnail_is_small_and_looks_like_its_photo() -> None:
    data = make_photo(size=(1600, 1200))
    small = thumbnail(data)
    assert len(small) < 20_000
    whole = np.asarray(Image.fromarray(decode(data).rgb).resize((192, 144), Image.Resampling.BOX))
    assert np.abs(decode(small).rgb.astype(int) - whole.astype(int)).mean() < 6


def test_a_turned_photo_becomes_an_upright_thumbnail() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    small = decode(thumbnail(encode(Image.new("RGB", (800, 600)), exif=exif)))
    assert (small.width, small.height) == (144, 192)


@pytest.mark.parametrize("mode", ["RGBA", "P", "I;16", "L"])
def test_every_mode_has_a_thumbnail(mode: str) -> None:
    assert decode(thumbnail(encode(Image.new(mode, (300, 200)), "PNG"))).width == 192


def test_a_damaged_photo_has_none() -> None:
    with pytest.raises(UnreadableImage):
        thumbnail(make_photo()[:200])
