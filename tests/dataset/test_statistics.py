"""Counts and hashes of a data set."""

from dataclasses import replace

import pytest

from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.statistics import (
    ClassCounts,
    data_hash,
    dataset_statistics,
    labelled_photos,
    photo,
    tasks,
)
from lenswright.errors import NotFound
from lenswright.storage.database import Database
from tests.builders import make_photo, make_photos
from tests.dataset.conftest import Take


@pytest.fixture
def eight(take: Take) -> list[bytes]:
    """Store five circles, two squares and a photo without a label."""
    data = make_photos(8)
    labels = ["circle"] * 5 + ["square"] * 2 + [None]
    take(*(Upload(f"{number}.jpg", *pair) for number, pair in enumerate(zip(data, labels, strict=True))))
    return data


def test_an_empty_data_set_counts_nothing(database: Database) -> None:
    found = dataset_statistics(database, "shapes")
    assert (found.total, found.labelled, found.unlabelled, found.classes, found.size_bytes) == (
        0,
        0,
        0,
        (),
        0,
    )
    assert found.splits == {"train": 0, "validation": 0, "test": 0, "unused": 0}
    assert [problem.code for problem in found.problems] == ["too_few_classes"]
    assert tasks(database) == []


def test_photos_are_counted_by_class_split_and_source(database: Database, eight: list[bytes]) -> None:
    found = dataset_statistics(database, "shapes")
    assert (found.total, found.labelled, found.unlabelled) == (8, 7, 1)
    assert found.classes == (ClassCounts("circle", 3, 1, 1, 0), ClassCounts("square", 1, 0, 1, 0))
    assert [entry.total for entry in found.classes] == [5, 2]
    assert found.splits == {"train": 4, "validation": 1, "test": 2, "unused": 0}
    assert found.sources == {"test": 8}
    assert found.size_bytes == sum(map(len, eight))


def test_photos_of_predictions_wait_for_a_label_and_are_no_problem(
    database: Database, intake: Intake, take: Take
) -> None:
    named = make_photos(2)
    list(intake.take("shapes", [Upload("x", data) for data in named], source="predicted"))
    found = dataset_statistics(database, "shapes")
    assert (found.unlabelled, found.sources) == (2, {"predicted": 2})
    assert "unlabelled_photos" not in [problem.code for problem in found.problems]
    take(Upload("x", make_photo("square")))
    messages = [one.message for one in dataset_statistics(database, "shapes").problems]
    assert "Not used for training, as there is no label: 1 photo." in messages


def test_tasks_are_those_with_photos(take: Take, database: Database) -> None:
    take(Upload("x", make_photo()), task="b")
    take(Upload("x", make_photo()), task="a")
    assert tasks(database) == ["a", "b"]
    assert dataset_statistics(database, "c").total == 0


@pytest.mark.parametrize("photo_id", [0, -1, 9, 2**31, 2**70])
def test_a_photo_that_is_not_there_is_not_found(
    database: Database, eight: list[bytes], photo_id: int
) -> None:
    with pytest.raises(NotFound, match="There is no photo"):
        photo(database, photo_id)


def test_labelled_photos_are_those_that_can_be_used_oldest_first(take: Take, database: Database) -> None:
    data = make_photos(4)
    take(
        Upload("x", data[0], "a"), Upload("x", data[1]), Upload("x", data[2], "b"), Upload("x", data[3], "a")
    )
    assert [entry.id for entry in labelled_photos(database, "shapes")] == [1, 3, 4]


def test_the_hash_of_the_data_is_that_of_pixels_labels_and_splits(
    database: Database, eight: list[bytes]
) -> None:
    photos = labelled_photos(database, "shapes")
    known = data_hash(photos)
    assert data_hash(reversed(photos)) == known
    assert data_hash([replace(photos[0], filename="other"), *photos[1:]]) == known
    for change in ({"label": "square"}, {"split": "test"}, {"pixel_sha256": "0"}):
        assert data_hash([replace(photos[0], **change), *photos[1:]]) != known
    assert data_hash(photos[1:]) != known
