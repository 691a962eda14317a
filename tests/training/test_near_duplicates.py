"""Near-duplicates by embedding: copies are found, ordinary photos are left alone whatever the network."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lenswright.dataset.example import Photo
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.training.near_duplicates import ALIKE, ALIKE_IN_COLOUR, near_duplicates, usual_limits
from tests.builders import stored_photo
from tests.evaluation.clusters import clouds

GRAY, WHITE = bytes([120] * 108), bytes([250] * 108)


def photos_of(labels: NDArray[np.int64]) -> list[Photo]:
    return [
        stored_photo(id=number, label=str(label), group_id=number) for number, label in enumerate(labels, 1)
    ]


def with_colours(database: Database, colours: list[bytes | None]) -> None:
    with database.writing() as session:
        for number, look in enumerate(colours, 1):
            session.add(
                PhotoRow(
                    id=number,
                    task="t",
                    sha256=str(number),
                    pixel_sha256=str(number),
                    dhash=0,
                    width=8,
                    height=8,
                    size_bytes=1,
                    format="JPEG",
                    filename="p",
                    source="test",
                    uploaded_at=0.0,
                    colours=look,
                )
            )


def like(row: NDArray[np.float32], cosine: float) -> NDArray[np.float32]:
    """Return a row with that cosine to `row`."""
    unit = row / np.linalg.norm(row)
    aside = np.roll(unit, 1) - (np.roll(unit, 1) @ unit) * unit
    made: NDArray[np.float32] = cosine * unit + np.sqrt(1 - cosine**2) * aside / np.linalg.norm(aside)
    return made


@pytest.fixture
def ordinary() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Forty photos in 64 directions, none of which is near another."""
    return clouds(20, 20, width=64, spread=0.2)


def test_a_copy_is_found_and_nothing_else(
    database: Database, ordinary: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    rows, labels = ordinary
    rows[30] = like(rows[3], 0.97)
    assert near_duplicates(database, photos_of(labels), rows) == [(4, 31)]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [(GRAY, GRAY, True), (GRAY, WHITE, False), (GRAY, None, False), (None, None, False)],
)
def test_a_likely_copy_has_to_agree_in_colour(
    database: Database,
    ordinary: tuple[NDArray[np.float32], NDArray[np.int64]],
    one: bytes | None,
    other: bytes | None,
    found: bool,
) -> None:
    rows, labels = ordinary
    rows[30] = like(rows[3], 0.9)
    colours: list[bytes | None] = [WHITE] * 40
    colours[3], colours[30] = one, other
    with_colours(database, colours)
    assert near_duplicates(database, photos_of(labels), rows) == ([(4, 31)] if found else [])


def test_photos_of_one_group_are_known_already(
    database: Database, ordinary: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    rows, labels = ordinary
    rows[30] = rows[3]
    photos = photos_of(labels)
    photos[30] = replace(photos[30], group_id=4)
    assert near_duplicates(database, photos, rows) == []


def test_photos_that_a_network_cannot_tell_apart_are_no_copies(database: Database) -> None:
    rows, labels = clouds(60, 60, width=64, spread=0.01)
    limits = usual_limits(rows, labels)
    assert limits.alike > 0.99
    assert near_duplicates(database, photos_of(labels), rows) == []
    rows[9] = rows[100] = like(rows[3], 0.5)
    assert near_duplicates(database, photos_of(labels), rows) == [(10, 101)]


def test_the_limits_are_never_laxer_than_those_that_were_looked_at(
    ordinary: tuple[NDArray[np.float32], NDArray[np.int64]],
) -> None:
    limits = usual_limits(*ordinary)
    assert (limits.alike, limits.alike_in_colour) == (ALIKE, ALIKE_IN_COLOUR)


def test_few_photos_or_one_class_are_no_reason_to_fail(database: Database) -> None:
    rows, labels = clouds(1)
    assert near_duplicates(database, photos_of(labels), rows) == []
    rows, labels = clouds(30, width=64, spread=0.2)
    assert near_duplicates(database, photos_of(labels), rows) == []
