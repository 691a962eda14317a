"""The index of looks: exact, growing, and shared by instances."""

from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits

from lenswright.dataset.duplicates import NEAR_BITS, NEAR_LEVELS, DuplicateIndex
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.looks import COLOURS_BYTES, Look
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.builders import encode, look_at, make_pixels

alike_hashes = st.integers(0, 2**8 - 1) | st.integers(-(2**63), 2**63 - 1)
colours = st.none() | st.integers(0, 100).map(lambda level: bytes([level]) * COLOURS_BYTES)
looks = st.builds(Look, alike_hashes, colours)


def bits_between(one: Look, other: Look) -> int:
    return ((one.dhash ^ other.dhash) & (2**64 - 1)).bit_count()


def agree(one: Look, other: Look) -> bool:
    if one.colours is None or other.colours is None:
        return True
    return max(abs(a - b) for a, b in zip(one.colours, other.colours, strict=True)) <= NEAR_LEVELS


@given(st.lists(looks, max_size=40), looks)
def test_the_index_finds_exactly_what_comparing_one_by_one_finds(known: list[Look], wanted: Look) -> None:
    index = DuplicateIndex("shapes")
    for number, look in enumerate(known, start=1):
        index.add(number, look, group_id=number)
    near = {
        number: bits_between(look, wanted)
        for number, look in enumerate(known, start=1)
        if bits_between(look, wanted) <= NEAR_BITS and agree(look, wanted)
    }
    found = index.neighbours(wanted)
    assert found.groups == set(near)
    assert found.group_id == min(near, key=lambda number: (near[number], number), default=None)


def test_the_index_grows_beyond_its_first_room() -> None:
    index = DuplicateIndex("shapes")
    for number in range(1, 3001):
        index.add(number, Look(number << 20, bytes([number % 251]) * COLOURS_BYTES), group_id=number)
    for number in (1, 1024, 1025, 3000):
        look = Look(number << 20, bytes([number % 251]) * COLOURS_BYTES)
        assert index.neighbours(look).group_id == number


def test_a_cleared_index_knows_nothing() -> None:
    index = DuplicateIndex("shapes")
    index.add(1, Look(0), 1)
    index.clear()
    assert index.neighbours(Look(0)).group_id is None


def test_handwritten_digits_are_not_taken_for_one_another() -> None:
    """A hash of brightness alone puts nearly all of them into one group."""
    index, groups = DuplicateIndex("digits"), Counter[int]()
    for number, digit in enumerate(load_digits().images[:600], start=1):
        pixels = Image.fromarray((digit * 15.9).astype(np.uint8)).resize((28, 28), Image.Resampling.BICUBIC)
        look = look_at(np.asarray(pixels.convert("RGB")))
        group = index.neighbours(look).group_id or number
        index.add(number, look, group)
        groups[group] += 1
    assert max(groups.values()) < 15
    assert len(groups) > 500


def test_two_instances_see_each_other_s_photos(database_url: str, tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "uploads"))
    databases = [open_database(database_url), open_database(database_url)]
    first, second = (Intake(database, blobs, limits=DecodeLimits()) for database in databases)
    image = Image.fromarray(make_pixels())
    splits = []
    for number, intake in enumerate((first, second, first, second)):
        upload = Upload("x.jpg", encode(image, quality=90 - 5 * number), "circle")
        (result,) = intake.take("shapes", [upload], source="test")
        assert result.outcome == "stored"
        splits.append(result.split)
    assert set(splits) == {"train"}  # each found the copies that the other took in
    for database in databases:
        database.close()
