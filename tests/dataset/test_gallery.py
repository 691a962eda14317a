"""Pages of photos, narrowed down and in order."""

import pytest

from lenswright.dataset.gallery import Order, Wanted, look_alikes, photos_page
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.paging import Page
from lenswright.dataset.statistics import photo
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photos
from tests.builders import photo as plain_photo
from tests.dataset.conftest import Take


@pytest.fixture
def eight(take: Take) -> list[bytes]:
    """Store five circles, two squares and a photo without a label."""
    data = make_photos(8)
    labels = ["circle"] * 5 + ["square"] * 2 + [None]
    take(*(Upload(f"{number}.jpg", *pair) for number, pair in enumerate(zip(data, labels, strict=True))))
    return data


ALL = Wanted()


def ids(database: Database, wanted: Wanted = ALL, order: Order = "newest") -> list[int]:
    total, photos = photos_page(database, "shapes", wanted, order=order)
    assert total == len(photos)
    return [entry.id for entry in photos]


def test_pages_are_newest_first_and_do_not_overlap(database: Database, eight: list[bytes]) -> None:
    pages = [photos_page(database, "shapes", page=Page(page, 3)) for page in (1, 2, 3, 4)]
    assert [total for total, _ in pages] == [8] * 4
    assert [[entry.id for entry in photos] for _, photos in pages] == [[8, 7, 6], [5, 4, 3], [2, 1], []]


def test_pages_can_be_of_one_class_and_split(database: Database, eight: list[bytes]) -> None:
    total, photos = photos_page(database, "shapes", Wanted(label="circle", split="train"))
    assert total == 3
    assert {(entry.label, entry.split) for entry in photos} == {("circle", "train")}
    assert photos_page(database, "others") == (0, [])


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(label="hexagon"),
        Wanted(label="\0"),
        Wanted(label="\ud800"),
        Wanted(source="\0"),
        Wanted(source="elsewhere"),
        Wanted(name="\ud800"),
        Wanted(batch=2**40),
        Wanted(batch=99),
    ],
)
def test_what_no_photo_has_finds_none(database: Database, eight: list[bytes], wanted: Wanted) -> None:
    assert ids(database, wanted) == []


def test_photos_without_a_label_can_be_asked_for(database: Database, eight: list[bytes]) -> None:
    assert ids(database, Wanted(unlabelled=True)) == [8]


def test_photos_of_one_upload_and_one_source_can_be_asked_for(
    database: Database, eight: list[bytes], intake: Intake
) -> None:
    (later,) = intake.take("shapes", [Upload("z", plain_photo())], source="camera")
    assert ids(database, Wanted(source="camera")) == [9]
    assert ids(database, Wanted(batch=later.batch)) == [9]
    assert ids(database, Wanted(source="test")) == [8, 7, 6, 5, 4, 3, 2, 1]


def test_a_part_of_the_file_name_finds_a_photo_in_any_case(take: Take, database: Database) -> None:
    names = ["Rex at 100%.JPG", "rex_2.jpg", "tom.jpg"]
    take(*(Upload(name, data) for name, data in zip(names, make_photos(3), strict=True)))
    assert ids(database, Wanted(name="REX")) == [2, 1]
    assert ids(database, Wanted(name="%")) == [1]
    assert ids(database, Wanted(name="_")) == [2]


def test_the_least_comes_first_and_what_nobody_measured_last(take: Take, database: Database) -> None:
    sizes = [(90, 80), (40, 30), (64, 48)]
    for seed, (width, height) in enumerate(sizes):
        take(Upload("x", plain_photo((80 * seed, 90, 90), width=width, height=height, seed=seed)))
    with database.writing() as session:
        for photo_id, brightness, sharpness in ((1, None, 5.0), (2, 200.0, None), (3, 20.0, 50.0)):
            row = session.get_one(PhotoRow, photo_id)
            row.brightness, row.sharpness = brightness, sharpness
    assert ids(database, order="size") == [2, 3, 1]
    assert ids(database, order="brightness") == [3, 2, 1]
    assert ids(database, order="sharpness") == [1, 3, 2]
    assert ids(database, order="oldest") == [1, 2, 3]


def test_look_alikes_are_the_others_of_the_group(database: Database, eight: list[bytes]) -> None:
    with database.writing() as session:
        for photo_id in (2, 5, 6):
            session.get_one(PhotoRow, photo_id).group_id = 2
        session.get_one(PhotoRow, 6).deleted_at = 1.0
    assert [entry.id for entry in look_alikes(database, photo(database, 2))] == [5]
    assert look_alikes(database, photo(database, 1)) == []
