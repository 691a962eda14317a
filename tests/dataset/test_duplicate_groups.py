"""Groups of photos that look alike, those with several labels first."""

import pytest

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.duplicate_groups import SHOWN, duplicate_groups_page
from lenswright.dataset.intake import Upload
from lenswright.dataset.paging import Page
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photo
from tests.dataset.conftest import Take


def copies(seed: int, count: int, *labels: str) -> list[Upload]:
    """Return copies of one picture, each packed otherwise; the labels in turns."""
    return [
        Upload(f"{seed}-{n}", make_photo(seed=seed, quality=90 - 5 * n), labels[n % len(labels)])
        for n in range(count)
    ]


@pytest.fixture
def groups(take: Take, database: Database) -> Database:
    """Groups of 2 (photo 1), of 3 (photo 3) and of 2 with two labels (photo 6), and a single photo."""
    take(
        *copies(1, 2, "circle"),
        *copies(2, 3, "circle"),
        *copies(3, 2, "circle", "square"),
        *copies(4, 1, "square"),
    )
    return database


def test_groups_with_several_labels_come_first_then_the_largest(groups: Database) -> None:
    total, found = duplicate_groups_page(groups, "shapes", Page())
    assert total == 3
    assert [(one.group, one.count, one.labels, one.straddles) for one in found] == [
        (6, 2, ("circle", "square"), False),
        (3, 3, ("circle",), False),
        (1, 2, ("circle",), False),
    ]
    assert [photo.id for photo in found[1].photos] == [3, 4, 5]


def test_only_groups_with_several_labels_can_be_asked_for(groups: Database) -> None:
    total, found = duplicate_groups_page(groups, "shapes", Page(), conflicting=True)
    assert (total, [one.group for one in found]) == (1, [6])


def test_groups_come_page_by_page(groups: Database) -> None:
    pages = [duplicate_groups_page(groups, "shapes", Page(number, 2)) for number in (1, 2, 3)]
    assert [(total, [one.group for one in found]) for total, found in pages] == [
        (3, [6, 3]),
        (3, [1]),
        (3, []),
    ]


def test_what_lies_in_the_bin_is_not_shown(groups: Database) -> None:
    delete_photos(groups, "shapes", [2, 5], by="me")
    total, found = duplicate_groups_page(groups, "shapes", Page())
    assert total == 2
    assert [(one.group, [photo.id for photo in one.photos]) for one in found] == [(6, [6, 7]), (3, [3, 4])]


def test_a_group_in_several_splits_is_said_to_straddle(groups: Database) -> None:
    with groups.writing() as session:
        session.get_one(PhotoRow, 1).split = "train"
        session.get_one(PhotoRow, 2).split = "test"
        session.get_one(PhotoRow, 3).split = "unused"
    found = duplicate_groups_page(groups, "shapes", Page())[1]
    assert {one.group: one.straddles for one in found} == {6: False, 3: False, 1: True}


def test_of_a_very_large_group_the_first_photos_are_shown_and_all_counted(
    groups: Database,
) -> None:
    with groups.writing() as session:
        first = session.get_one(PhotoRow, 1)
        names = {column.name for column in PhotoRow.__table__.columns} - {"id"}
        values = {name: getattr(first, name) for name in names}
        session.add_all(PhotoRow(**values | {"pixel_sha256": str(n)}) for n in range(2 * SHOWN))
    found = duplicate_groups_page(groups, "shapes", Page(2, 1))[1][0]
    assert (found.group, found.count, len(found.photos)) == (1, 2 + 2 * SHOWN, SHOWN)
    assert [photo.id for photo in found.photos][:2] == [1, 2]
