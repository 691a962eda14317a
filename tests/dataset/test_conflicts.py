"""The same picture under two labels: listed until somebody decides."""

from collections.abc import Callable

import pytest

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.conflicts import conflicts_page
from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.paging import Page
from lenswright.dataset.undo import undo
from lenswright.storage.database import Database
from tests.builders import make_photos
from tests.dataset.conftest import NOW, Take

FIRST = Page()
ONE, TWO, THREE = make_photos(3)
Found = list[tuple[int, str, str | None]]


def listed(database: Database, page: Page = FIRST) -> Found:
    found = conflicts_page(database, "shapes", page)[1]
    return [(one.photo.id, one.other_label, one.filename) for one in found]


@pytest.fixture
def contested(take: Take, database: Database) -> Database:
    """Photos 1 and 2 are circles and came again as squares; photo 3 came again as it was."""
    take(Upload("1", ONE, "circle"), Upload("2", TWO, "circle"), Upload("3", THREE, "circle"))
    take(
        Upload("again 1", ONE, "square"), Upload("again 2", TWO, "square"), Upload("again 3", THREE, "circle")
    )
    return database


def test_a_picture_that_came_with_another_label_is_a_conflict(contested: Database) -> None:
    assert listed(contested) == [(2, "square", "again 2"), (1, "square", "again 1")]
    total, (found,) = conflicts_page(contested, "shapes", Page(2, 1))
    assert (total, found.photo.id, found.photo.label, found.batch, found.at) == (2, 1, "circle", 2, NOW)
    assert conflicts_page(contested, "others", Page()) == (0, [])


def test_the_same_conflict_is_listed_once_and_another_label_is_another(
    contested: Database, take: Take
) -> None:
    take(Upload("third 1", ONE, "square"), Upload("fourth 1", ONE, "triangle"))
    assert listed(contested) == [
        (1, "triangle", "fourth 1"),
        (1, "square", "third 1"),
        (2, "square", "again 2"),
    ]


@pytest.mark.parametrize(
    "decide",
    [
        lambda database: relabel(database, "shapes", [1], ["square"], by="me"),
        lambda database: confirm_labels(database, "shapes", [1], by="me"),
        lambda database: delete_photos(database, "shapes", [1], by="me"),
    ],
)
def test_a_decision_settles_it_until_it_is_undone_or_the_conflict_comes_again(
    contested: Database, take: Take, decide: Callable[[Database], object]
) -> None:
    decide(contested)
    assert listed(contested) == [(2, "square", "again 2")]
    assert undo(contested, 3, by="me").changed == 1
    assert len(listed(contested)) == 2
    decide(contested)
    take(Upload("once more", ONE, "triangle"))
    assert (1, "triangle", "once more") in listed(contested)


def test_an_upload_that_was_undone_brought_no_conflict(contested: Database, take: Take) -> None:
    take(Upload("new", make_photos(1, first_seed=40)[0], "circle"), Upload("late", THREE, "square"))
    assert (3, "square", "late") in listed(contested)
    undo(contested, 3, by="me")
    assert (3, "square", "late") not in listed(contested)
