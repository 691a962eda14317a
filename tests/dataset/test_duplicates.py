"""Photos that look alike, and photos that do not."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from lenswright.dataset.duplicates import NEAR_BITS, DuplicateIndex, difference_hash, pixel_hash
from lenswright.dataset.intake import Intake, Upload
from lenswright.imaging.decode import DecodeLimits, decode
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.builders import CLASSES, encode, make_pixels

signed_64_bits = st.integers(-(2**63), 2**63 - 1)


def distance(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


def test_the_hash_says_where_a_photo_is_brighter_than_to_its_right() -> None:
    rising = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (80, 1))
    falling = rising[:, ::-1]
    assert difference_hash(np.repeat(rising[:, :, None], 3, axis=2)) == 0
    assert difference_hash(np.repeat(falling[:, :, None], 3, axis=2)) == -1  # all 64 bits


def test_a_copy_that_was_recompressed_resized_brightened_or_trimmed_is_near() -> None:
    for seed in range(10):
        image = Image.fromarray(make_pixels(seed=seed, size=(320, 240)))
        original = difference_hash(np.asarray(image))
        copies = [
            encode(image, quality=40),
            encode(image.resize((160, 120)), "PNG"),
            encode(ImageEnhance.Brightness(image).enhance(1.1), "WEBP"),
            encode(image.resize((640, 480)).crop((6, 6, 634, 474))),
        ]
        assert max(distance(original, difference_hash(decode(copy).rgb)) for copy in copies) <= NEAR_BITS


def test_different_photos_are_far_apart() -> None:
    hashes = [difference_hash(make_pixels(kind, seed=seed)) for kind in CLASSES for seed in range(60)]
    distances = [distance(one, other) for place, one in enumerate(hashes) for other in hashes[:place]]
    assert min(distances) > NEAR_BITS


def test_equal_pixels_have_equal_hashes_and_another_shape_has_another() -> None:
    pixels = make_pixels()
    assert pixel_hash(pixels) == pixel_hash(pixels.copy())
    assert pixel_hash(pixels) != pixel_hash(np.ascontiguousarray(pixels.reshape(96, 80, 3)))
    assert pixel_hash(pixels[::-1]) == pixel_hash(np.ascontiguousarray(pixels[::-1]))


@given(st.lists(signed_64_bits, max_size=40), signed_64_bits)
def test_the_index_finds_exactly_what_counting_bits_finds(hashes: list[int], wanted: int) -> None:
    index = DuplicateIndex("shapes")
    for number, dhash in enumerate(hashes, start=1):
        index.add(number, dhash, group_id=number)
    near = {number: distance(dhash, wanted) for number, dhash in enumerate(hashes, start=1)}
    near = {number: bits for number, bits in near.items() if bits <= NEAR_BITS}
    found = index.neighbours(wanted)
    assert found.groups == set(near)
    assert found.group_id == min(near, key=lambda number: (near[number], number), default=None)


def test_the_index_grows_beyond_its_first_room() -> None:
    index = DuplicateIndex("shapes")
    for number in range(1, 3001):
        index.add(number, number << 20, group_id=number)
    assert index.neighbours(3000 << 20).group_id == 3000
    assert index.neighbours(1 << 20).group_id == 1


def test_two_instances_see_each_other_s_photos(tmp_path: Path) -> None:
    url, blobs = f"sqlite:///{tmp_path / 'shared.db'}", Blobs(str(tmp_path / "uploads"))
    databases = [open_database(url), open_database(url)]
    first, second = (Intake(database, blobs, limits=DecodeLimits()) for database in databases)
    image = Image.fromarray(make_pixels())
    groups = []
    for number, intake in enumerate((first, second, first, second)):
        upload = Upload("x.jpg", encode(image, quality=90 - 5 * number), "circle")
        (result,) = intake.take("shapes", [upload], source="test")
        assert result.outcome == "stored"
        groups.append(result.split)
    assert set(groups) == {"train"}  # each found the copies that the other took in
    for database in databases:
        database.close()
