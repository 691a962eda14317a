"""Labels for photos that are there: all of a request, or none."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.edit_history import Edit, EditEntry, edits_page, entries_page
from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.refusals import InTheBin, LabelChanged
from lenswright.dataset.statistics import dataset_statistics, labelled_photos, photo
from lenswright.errors import InputRefused, NotFound, UnknownLabel
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import encode, make_photos, make_pixels
from tests.dataset.conftest import Take


@pytest.fixture
def three(take: Take) -> list[str]:
    """Store three photos without labels; return their paths."""
    return [str(result.path) for result in take(*(Upload("x.jpg", data) for data in make_photos(3)))]


def label(
    database: Database, files: Sequence[int | str], labels: Sequence[str | None], **options: Any
) -> Any:
    return relabel(database, "shapes", files, labels, by="ada", **options).photos


def newest_edit(database: Database) -> tuple[Edit, list[EditEntry]]:
    edit = edits_page(database, "shapes")[1][0]
    return edit, entries_page(database, edit.id)[1]


def test_ids_digits_and_paths_name_photos(database: Database, three: list[str]) -> None:
    names = [1, "2", three[2]]
    assert [entry.id for entry in label(database, names, ["a", "b", "c"])] == [1, 2, 3]
    without_folder, without_extension = three[0].removeprefix("uploads/"), three[1].removesuffix(".jpg")
    names = [without_folder, without_extension, three[2].upper()]
    assert [entry.label for entry in label(database, names, ["d", "e", "f"])] == ["d", "e", "f"]


def test_a_first_label_gives_a_split_and_later_ones_keep_it(database: Database, three: list[str]) -> None:
    first = label(database, [1, 2, 3], ["cat"] * 3)
    assert [entry.split for entry in first] == ["train", "test", "validation"]
    again = label(database, [3, 2, 1], ["dog", "dog", "cat"])
    assert [(entry.id, entry.label, entry.split) for entry in again] == [
        (3, "dog", "validation"),
        (2, "dog", "test"),
        (1, "cat", "train"),
    ]


def test_a_label_that_is_taken_away_leaves_the_split(database: Database, three: list[str]) -> None:
    label(database, [1, 2], ["cat", "cat"])
    assert [(entry.label, entry.split) for entry in label(database, [2], [None])] == [(None, "test")]
    assert [(entry.label, entry.split) for entry in label(database, [2], ["dog"])] == [("dog", "test")]


def test_a_label_in_other_case_is_the_known_one(database: Database, three: list[str]) -> None:
    found = label(database, [1, 2, 3], ["Cat", "cat", " CAT "])
    assert {entry.label for entry in found} == {"Cat"}


def test_a_near_duplicate_labelled_later_joins_the_split(take: Take, database: Database) -> None:
    image = Image.fromarray(make_pixels(size=(320, 240)))
    take(
        Upload("a", encode(image, quality=95), "circle", "validation"), Upload("b", encode(image, quality=60))
    )
    assert [entry.split for entry in label(database, [2], ["circle"])] == ["validation"]


@pytest.mark.parametrize(
    "unknown",
    [
        4,
        0,
        -1,
        "99",
        "9" * 40,
        2**63,
        "uploads/ab/absent.jpg",
        "../../etc/passwd",
        "",
        "\0",
        "\ud800",
        "²",
        True,
    ],
)
def test_an_unknown_file_leaves_all_as_it_was(
    database: Database, three: list[str], unknown: int | str
) -> None:
    with pytest.raises(NotFound, match=r"There is no (file|photo)"):
        label(database, [2, unknown], ["cat", "cat"])
    assert labelled_photos(database, "shapes") == []


def test_a_photo_of_another_task_is_not_found(database: Database, three: list[str]) -> None:
    for name in (1, three[0]):
        with pytest.raises(NotFound):
            relabel(database, "others", [name], ["cat"], by="ada")


def test_files_and_labels_of_different_length_are_refused(database: Database, three: list[str]) -> None:
    with pytest.raises(InputRefused, match=r"as many labels as files\. Received: 3 files and 1 labels"):
        label(database, [1, 2, 3], ["cat"])
    with pytest.raises(InputRefused, match=r"Received: 1 files and 2 expected labels"):
        label(database, [1], ["cat"], expected=[None, None])


def test_a_label_that_cannot_be_used_leaves_all_as_it_was(database: Database, three: list[str]) -> None:
    with pytest.raises(UnknownLabel):
        label(database, [1, 2], ["cat", "a/b"])
    assert dataset_statistics(database, "shapes").labelled == 0


def test_one_photo_under_two_names_is_refused(database: Database, three: list[str]) -> None:
    with pytest.raises(InputRefused, match="each file once"):
        label(database, [1, three[0]], ["cat", "dog"])


def test_labelling_nothing_changes_nothing(database: Database) -> None:
    assert label(database, [], []) == []
    assert edits_page(database, "shapes") == (0, [])


def test_the_time_of_the_label_is_kept(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"], clock=lambda: 5.0)
    label(database, [1], ["cat"], clock=lambda: 9.0)  # the same label: nothing new
    with database.reading() as session:
        row = session.get(PhotoRow, 1)
    assert row is not None
    assert row.labelled_at == 5.0
    assert photo(database, 1).label == "cat"


def test_who_labelled_what_and_when_is_written_down(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"])
    label(database, [1, 2], ["dog", "dog"], clock=lambda: 5.0)
    edit, entries = newest_edit(database)
    assert (edit.action, edit.by, edit.at, edit.ended_at) == ("relabel", "ada", 5.0, 5.0)
    assert [(entry.photo_id, entry.outcome, entry.label_before, entry.label_after) for entry in entries] == [
        (1, "relabelled", "cat", "dog"),
        (2, "relabelled", None, "dog"),
    ]
    assert [(entry.split_before, entry.split_after) for entry in entries] == [
        ("train", "train"),
        (None, "test"),
    ]


def test_a_label_that_is_right_already_is_no_edit(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"])
    before = edits_page(database, "shapes")[0]
    assert relabel(database, "shapes", [1], ["cat"], by="ada").edit is None
    assert edits_page(database, "shapes")[0] == before


def test_another_label_is_no_longer_confirmed(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"])
    confirm_labels(database, "shapes", [1], by="ada")
    assert label(database, [1], ["cat"])[0].confirmed_at is not None
    assert label(database, [1], ["dog"])[0].confirmed_at is None


def test_a_photo_in_the_bin_must_be_restored_first(database: Database, three: list[str]) -> None:
    delete_photos(database, "shapes", [2], by="ada")
    with pytest.raises(InTheBin, match=r"Photo 2 is in the bin: restore it first\."):
        label(database, [1, 2], ["cat", "cat"])
    assert photo(database, 1).label is None


def test_an_expected_label_that_changed_leaves_all_as_it_was(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"])
    with pytest.raises(LabelChanged, match=r"photo 2 meanwhile.* Expected: 'cat'\. It has: no label"):
        label(database, [1, 2], ["dog", "dog"], expected=["cat", "cat"])
    assert photo(database, 1).label == "cat"
    assert [entry.label for entry in label(database, [1, 2], ["dog", "dog"], expected=["cat", None])] == [
        "dog",
        "dog",
    ]


def test_of_two_people_who_relabel_one_photo_the_second_is_told(database: Database, three: list[str]) -> None:
    label(database, [1], ["cat"])
    together, refused = threading.Barrier(8), []

    def relabel_at_once(number: int) -> None:
        together.wait()
        try:
            label(database, [1], [f"dog {number}"], expected=["cat"])
        except LabelChanged:
            refused.append(number)

    people = [threading.Thread(target=relabel_at_once, args=(number,)) for number in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(refused) == 7
    (winner,) = set(range(8)) - set(refused)
    assert photo(database, 1).label == f"dog {winner}"
