"""Labels for photos that are there: all of a request, or none."""

import pytest
from PIL import Image

from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
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


def test_ids_digits_and_paths_name_photos(database: Database, three: list[str]) -> None:
    names = [1, "2", three[2]]
    assert [entry.id for entry in relabel(database, "shapes", names, ["a", "b", "c"])] == [1, 2, 3]
    without_folder, without_extension = three[0].removeprefix("uploads/"), three[1].removesuffix(".jpg")
    names = [without_folder, without_extension, three[2].upper()]
    assert [entry.label for entry in relabel(database, "shapes", names, ["d", "e", "f"])] == ["d", "e", "f"]


def test_a_first_label_gives_a_split_and_later_ones_keep_it(database: Database, three: list[str]) -> None:
    first = relabel(database, "shapes", [1, 2, 3], ["cat"] * 3)
    assert [entry.split for entry in first] == ["train", "test", "validation"]
    again = relabel(database, "shapes", [3, 2, 1], ["dog", "dog", "cat"])
    assert [(entry.id, entry.label, entry.split) for entry in again] == [
        (3, "dog", "validation"),
        (2, "dog", "test"),
        (1, "cat", "train"),
    ]


def test_a_label_in_other_case_is_the_known_one(database: Database, three: list[str]) -> None:
    found = relabel(database, "shapes", [1, 2, 3], ["Cat", "cat", " CAT "])
    assert {entry.label for entry in found} == {"Cat"}


def test_a_near_duplicate_labelled_later_joins_the_split(take: Take, database: Database) -> None:
    image = Image.fromarray(make_pixels(size=(320, 240)))
    take(
        Upload("a", encode(image, quality=95), "circle", "validation"), Upload("b", encode(image, quality=60))
    )
    assert [entry.split for entry in relabel(database, "shapes", [2], ["circle"])] == ["validation"]


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
    with pytest.raises(NotFound, match="There is no file"):
        relabel(database, "shapes", [1, unknown], ["cat", "cat"])
    assert labelled_photos(database, "shapes") == []


def test_a_photo_of_another_task_is_not_found(database: Database, three: list[str]) -> None:
    for name in (1, three[0]):
        with pytest.raises(NotFound):
            relabel(database, "others", [name], ["cat"])


def test_files_and_labels_of_different_length_are_refused(database: Database, three: list[str]) -> None:
    with pytest.raises(InputRefused, match=r"as many labels as files\. Received: 3 files and 1 labels"):
        relabel(database, "shapes", [1, 2, 3], ["cat"])


def test_a_label_that_cannot_be_used_leaves_all_as_it_was(database: Database, three: list[str]) -> None:
    with pytest.raises(UnknownLabel):
        relabel(database, "shapes", [1, 2], ["cat", "a/b"])
    assert dataset_statistics(database, "shapes").labelled == 0


def test_one_photo_under_two_names_is_refused(database: Database, three: list[str]) -> None:
    with pytest.raises(InputRefused, match="each file once"):
        relabel(database, "shapes", [1, three[0]], ["cat", "dog"])


def test_labelling_nothing_changes_nothing(database: Database) -> None:
    assert relabel(database, "shapes", [], []) == []


def test_the_time_of_the_label_is_kept(database: Database, three: list[str]) -> None:
    relabel(database, "shapes", [1], ["cat"], clock=lambda: 5.0)
    relabel(database, "shapes", [1], ["cat"], clock=lambda: 9.0)  # the same label: nothing new
    with database.reading() as session:
        row = session.get(PhotoRow, 1)
    assert row is not None
    assert row.labelled_at == 5.0
    assert photo(database, 1).label == "cat"
