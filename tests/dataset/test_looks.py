"""What photos look like: the same for copies, different for different photos."""

import hashlib

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.looks import COLOURS_BYTES, Look, pixel_hash
from lenswright.imaging.decode import decode
from tests.builders import CLASSES, encode, look_at, make_pixels


def are_near(one: Look, other: Look) -> bool:
    index = DuplicateIndex("shapes")
    index.add(1, one, 1)
    return index.neighbours(other).group_id == 1


def test_the_hash_says_where_a_photo_is_brighter_than_to_its_right() -> None:
    rising = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (80, 1))
    rgb = np.repeat(rising[:, :, None], 3, axis=2)
    assert look_at(rgb).dhash == 0
    assert look_at(np.ascontiguousarray(rgb[:, ::-1])).dhash == -1  # all 64 bits


def test_the_colours_are_those_of_36_places() -> None:
    rgb = np.zeros((60, 90, 3), np.uint8)
    rgb[:, :, 2] = 200
    assert look_at(rgb).colours == bytes([0, 0, 200]) * 36
    assert COLOURS_BYTES == 108


@pytest.mark.parametrize("change", ["recompressed", "halved", "brightened", "trimmed"])
def test_a_copy_is_near(change: str) -> None:
    for seed in range(10):
        image = Image.fromarray(make_pixels(seed=seed, size=(640, 480)))
        copy = {
            "recompressed": lambda image: encode(image, quality=40),
            "halved": lambda image: encode(image.resize((320, 240)), "PNG"),
            "brightened": lambda image: encode(ImageEnhance.Brightness(image).enhance(1.1), "WEBP"),
            "trimmed": lambda image: encode(image.crop((6, 6, 634, 474))),
        }[change](image)
        assert are_near(look_at(np.asarray(image)), look_at(decode(copy).rgb))


def test_different_photos_are_not_near() -> None:
    looks = [look_at(make_pixels(kind, seed=seed)) for kind in CLASSES for seed in range(60)]
    assert not [1 for place, one in enumerate(looks) for other in looks[:place] if are_near(one, other)]


def test_the_same_light_in_other_colours_is_not_near() -> None:
    red, blue = np.zeros((2, 40, 40, 3), np.uint8)
    red[10:30, 10:30, 0] = blue[10:30, 10:30, 2] = 220
    one, other = look_at(red), look_at(blue)
    assert one.dhash == other.dhash
    assert not are_near(one, other)


def test_a_photo_of_an_older_version_is_compared_by_its_hash_alone() -> None:
    look = look_at(make_pixels())
    assert are_near(Look(look.dhash), look)
    assert are_near(look, Look(look.dhash ^ 0b1111))
    assert not are_near(look, Look(look.dhash ^ 0b11111))


def test_equal_pixels_have_equal_hashes_and_another_shape_has_another() -> None:
    pixels = make_pixels()
    image = Image.fromarray(pixels)
    assert pixel_hash(image) == pixel_hash(image.copy())
    assert pixel_hash(image) != pixel_hash(Image.fromarray(pixels.reshape(96, 80, 3)))


def test_a_large_picture_is_hashed_in_parts_to_what_the_whole_gives() -> None:
    pixels = make_pixels(size=(1500, 1000))
    whole = hashlib.sha256(b"(1000, 1500, 3)" + pixels.tobytes()).hexdigest()
    assert pixel_hash(Image.fromarray(pixels)) == whole
