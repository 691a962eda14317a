"""Groups of near-duplicates merged: nothing leaks, whoever takes photos in later, and it can be undone."""

from collections.abc import Callable

import pytest

from lenswright.dataset.edit_history import edit, entries_page
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.regrouping import merge_groups
from lenswright.dataset.undo import undo
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photo, make_photos
from tests.dataset.conftest import NOW, Take

Standing = dict[int, tuple[int | None, str | None]]
Merge = Callable[..., int | None]


def standing(database: Database) -> Standing:
    """Return the group and split of every photo."""
    with database.reading() as session:
        return {row.id: (row.group_id, row.split) for row in session.query(PhotoRow)}


@pytest.fixture
def merge(database: Database) -> Merge:
    def merge_pairs(*pairs: tuple[int, int]) -> int | None:
        return merge_groups(database, "shapes", pairs, by="run 1", now=NOW).edit_id

    return merge_pairs


@pytest.fixture
def six(take: Take, database: Database) -> Database:
    """Six photos of one class: 1 and 4 to 6 train, 2 is for the test, 3 for validation."""
    splits = ("train", "test", "validation", "train", "train", "train")
    photos = make_photos(6)
    take(
        *(
            Upload(str(n), data, "circle", split)
            for n, (data, split) in enumerate(zip(photos, splits, strict=True))
        )
    )
    return database


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(4, 5)], {4: (4, "train"), 5: (4, "train")}),
        ([(4, 2)], {2: (2, "test"), 4: (2, "unused")}),
        ([(1, 2)], {1: (1, "unused"), 2: (1, "test")}),
        ([(3, 4)], {3: (3, "validation"), 4: (3, "unused")}),
        ([(6, 5), (5, 3), (3, 2)], {2: (2, "test"), 3: (2, "unused"), 5: (2, "unused"), 6: (2, "unused")}),
    ],
)
def test_a_merged_group_has_the_lowest_id_and_the_split_that_measures_most(
    six: Database, merge: Merge, pairs: list[tuple[int, int]], expected: Standing
) -> None:
    before = standing(six)
    merge(*pairs)
    assert standing(six) == before | expected


def test_what_was_merged_can_be_read_and_undone(six: Database, merge: Merge) -> None:
    before = standing(six)
    edit_id = merge((4, 2), (6, 5))
    assert edit_id is not None
    assert dict(edit(six, edit_id).counts) == {"regrouped": 2}
    entries = entries_page(six, edit_id)[1]
    assert [(one.photo_id, one.split_before, one.split_after) for one in entries] == [
        (4, "train", "unused"),
        (6, "train", "train"),
    ]
    assert undo(six, edit_id, by="me").changed == 2
    assert standing(six) == before


def test_groups_that_somebody_took_apart_stay_apart(six: Database, merge: Merge) -> None:
    edit_id = merge((4, 2), (6, 5))
    assert edit_id is not None
    undo(six, edit_id, by="me")
    before = standing(six)
    assert merge((2, 4), (5, 6)) is None
    assert standing(six) == before
    assert merge((4, 5)) is not None


def test_photos_of_one_group_and_photos_of_other_tasks_change_nothing(
    six: Database, take: Take, merge: Merge
) -> None:
    other = take(Upload("x", make_photo(seed=50), "circle"), task="others")[0].id
    assert other is not None
    merge((4, 5))
    before = standing(six)
    assert merge((4, 5), (1, other), (1, 999)) is None
    assert merge() is None
    assert standing(six) == before


def test_a_photo_in_the_bin_follows_but_does_not_decide(six: Database, merge: Merge) -> None:
    with six.writing() as session:
        session.get_one(PhotoRow, 2).deleted_at = NOW
    merge((1, 2))
    assert standing(six)[1] == (1, "train")
    assert standing(six)[2] == (1, "unused")


def test_an_intake_that_was_there_before_sees_the_merged_groups(
    six: Database, merge: Merge, take: Take
) -> None:
    merge((1, 2))
    again = make_photo(seed=0, quality=60)  # photo 1 once more, packed otherwise
    stored = take(Upload("again", again, "circle"))[0]
    assert (stored.outcome, stored.split) == ("stored", "test")
    assert standing(six)[stored.id or 0] == (1, "test")


def test_an_undone_merge_is_seen_as_well(six: Database, merge: Merge, take: Take) -> None:
    edit_id = merge((4, 2))
    assert edit_id is not None
    take(Upload("other", make_photo(seed=70), "circle"))
    undo(six, edit_id, by="me")
    stored = take(Upload("again", make_photo(seed=3, quality=60), "circle"))[0]
    assert standing(six)[stored.id or 0] == (4, "train")


def test_two_intakes_agree_on_a_group_that_was_merged_between_their_batches(
    six: Database, merge: Merge, take: Take, blobs: Blobs
) -> None:
    other = Intake(six, blobs, limits=DecodeLimits(), clock=lambda: NOW)
    list(other.take("shapes", [Upload("first", make_photo(seed=80), "circle")], source="test"))
    merge((4, 2))
    copies = [Upload("again", make_photo(seed=3, quality=quality), "circle") for quality in (60, 50)]
    first = take(copies[0])[0]
    second = next(iter(other.take("shapes", copies[1:], source="test")))
    assert first.split == second.split == "test"


def test_photos_without_a_label_join_without_a_split(six: Database, merge: Merge, take: Take) -> None:
    unlabelled = take(Upload("x", make_photo(seed=90)))[0].id
    assert unlabelled is not None
    merge((2, unlabelled))
    assert standing(six)[unlabelled] == (2, None)
