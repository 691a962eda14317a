"""Photos that are deleted lie in the bin as they were, and come back as they were."""

import pytest

from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.edit_history import edits_page, entries_page
from lenswright.dataset.edits import Change
from lenswright.dataset.gallery import Wanted, photos_page
from lenswright.dataset.intake import Upload
from lenswright.dataset.refusals import InTheBin
from lenswright.dataset.statistics import dataset_statistics, labelled_photos, photo
from lenswright.errors import InputRefused, NotFound
from lenswright.storage.database import Database
from tests.builders import make_photos
from tests.dataset.conftest import Take


@pytest.fixture
def four(take: Take) -> None:
    """Store three circles and a photo without a label."""
    take(*(Upload(f"{n}.jpg", data, "circle" if n < 3 else None) for n, data in enumerate(make_photos(4))))


def in_bin(database: Database) -> list[int]:
    return [entry.id for entry in photos_page(database, "shapes", Wanted(in_bin=True))[1]]


def test_a_deleted_photo_is_nowhere_but_in_the_bin(database: Database, four: None) -> None:
    done = delete_photos(database, "shapes", [1, 4], by="ada", clock=lambda: 7.0)
    assert done.changed == 2
    assert in_bin(database) == [4, 1]
    assert [entry.id for entry in photos_page(database, "shapes")[1]] == [3, 2]
    assert [entry.id for entry in labelled_photos(database, "shapes")] == [2, 3]
    assert dataset_statistics(database, "shapes").total == 2
    assert photo(database, 1).deleted_at == 7.0


def test_a_restored_photo_is_as_it_was(database: Database, four: None) -> None:
    before = photo(database, 2)
    delete_photos(database, "shapes", [2], by="ada")
    assert restore_photos(database, "shapes", [2], by="ada").changed == 1
    assert photo(database, 2) == before
    assert in_bin(database) == []


def test_deleting_and_restoring_twice_is_once(database: Database, four: None) -> None:
    assert delete_photos(database, "shapes", [1, 1], by="ada").changed == 1
    assert delete_photos(database, "shapes", [1], by="ada") == Change(None, 0)
    assert restore_photos(database, "shapes", [1, 2], by="ada").changed == 1
    assert restore_photos(database, "shapes", [1], by="ada") == Change(None, 0)


@pytest.mark.parametrize("unknown", [5, 0, -3, 2**40])
def test_an_unknown_photo_leaves_all_where_they_were(database: Database, four: None, unknown: int) -> None:
    for change in (delete_photos, restore_photos, confirm_labels):
        with pytest.raises(NotFound):
            change(database, "shapes", [1, unknown], by="ada")
    assert in_bin(database) == []
    with pytest.raises(NotFound):
        delete_photos(database, "others", [1], by="ada")


def test_each_act_is_written_down(database: Database, four: None) -> None:
    delete_photos(database, "shapes", [1, 4], by="ada")
    restore_photos(database, "shapes", [4], by="bob")
    confirm_labels(database, "shapes", [2], by="cyd")
    edits = edits_page(database, "shapes")[1][:3]
    assert [(edit.action, edit.by, edit.counts) for edit in edits] == [
        ("confirm", "cyd", {"confirmed": 1}),
        ("restore", "bob", {"restored": 1}),
        ("delete", "ada", {"deleted": 2}),
    ]
    (entry, _) = entries_page(database, edits[2].id)[1]
    assert (entry.photo_id, entry.label_before, entry.label_after) == (1, "circle", "circle")
    assert (entry.split_before, entry.split_after) == ("train", "train")


def test_only_a_present_label_can_be_confirmed(database: Database, four: None) -> None:
    with pytest.raises(InputRefused, match="photo 4, which has none"):
        confirm_labels(database, "shapes", [1, 4], by="ada")
    delete_photos(database, "shapes", [2], by="ada")
    with pytest.raises(InTheBin):
        confirm_labels(database, "shapes", [1, 2], by="ada")
    assert photo(database, 1).confirmed_at is None
    confirm_labels(database, "shapes", [1], by="ada", clock=lambda: 3.0)
    confirm_labels(database, "shapes", [1], by="ada", clock=lambda: 8.0)
    assert photo(database, 1).confirmed_at == 8.0
