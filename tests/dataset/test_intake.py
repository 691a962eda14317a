"""Photos in: stored once, refused with a reason, acknowledged only when on disk."""

import hashlib
from collections import Counter

import pytest
from PIL import Image
from sqlalchemy import insert

from lenswright.dataset.intake import Intake, IntakeResult, Upload
from lenswright.dataset.statistics import dataset_statistics, photo
from lenswright.errors import UnreadableImage
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import encode, make_photo, make_photos, make_pixels
from tests.dataset.conftest import NOW, Take


def rows_in(database: Database) -> int:
    return dataset_statistics(database, "shapes").total


def test_a_photo_is_stored_with_all_that_is_known_of_it(take: Take, database: Database, blobs: Blobs) -> None:
    data = make_photo(size=(96, 80))
    (result,) = take(Upload("my circle.jpg", data, "circle"))
    assert result == IntakeResult(
        "my circle.jpg", "stored", 1, f"uploads/{photo(database, 1).key}", "circle", "train", batch=1
    )
    stored = photo(database, 1)
    assert (stored.width, stored.height, stored.size_bytes, stored.format) == (96, 80, len(data), "JPEG")
    assert (stored.source, stored.uploaded_at, stored.group_id) == ("test", NOW, 1)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.key == f"{stored.sha256[:2]}/{stored.sha256}.jpg"
    assert blobs.read(stored.key) == data


@pytest.mark.parametrize(
    ("format", "extension"),
    [
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("GIF", "gif"),
        ("BMP", "bmp"),
        ("TIFF", "tif"),
        ("MPO", "jpg"),
    ],
)
def test_every_format_can_be_taken_in(take: Take, format: str, extension: str) -> None:
    options = {"save_all": True, "append_images": [Image.new("RGB", (8, 8))]} if format == "MPO" else {}
    (result,) = take(Upload("x", encode(Image.fromarray(make_pixels()), format, **options)))
    assert result.outcome == "stored"
    assert str(result.path).endswith(f".{extension}")


def test_results_come_in_the_order_of_the_files(take: Take) -> None:
    uploads = [Upload(f"{number}", data, "circle") for number, data in enumerate(make_photos(120))]
    uploads[7] = Upload("7", b"no photo", "circle")
    uploads[60] = Upload("60", uploads[3].data, "circle")
    results = take(*uploads)
    assert [result.filename for result in results] == [str(number) for number in range(120)]
    assert (results[7].outcome, results[60].outcome) == ("refused", "duplicate")
    assert results[60].duplicate_of == results[3].id


def test_what_is_no_photo_is_refused_and_leaves_nothing(take: Take, database: Database, blobs: Blobs) -> None:
    results = take(
        Upload("empty.jpg", b""),
        Upload("text.jpg", b"hello"),
        Upload("cut.jpg", make_photo()[:400]),
        Upload("damaged in a zip", b"", refusal=UnreadableImage("Bad CRC.")),
    )
    assert [(result.outcome, result.code) for result in results] == [
        ("refused", "unreadable_image"),
        ("refused", "unsupported_image"),
        ("refused", "unreadable_image"),
        ("refused", "unreadable_image"),
    ]
    assert all(result.reason for result in results)
    assert rows_in(database) == 0
    assert blobs.keys() == []


def test_the_limits_are_obeyed(database: Database, blobs: Blobs) -> None:
    intake = Intake(database, blobs, limits=DecodeLimits(max_pixels=1000))
    (result,) = intake.take("shapes", [Upload("x", make_photo())], source="test")
    assert (result.outcome, result.code) == ("refused", "image_too_large")


@pytest.mark.parametrize("label", ["a/b", "", " ", "x" * 300, ".hidden", "\0"])
def test_a_label_that_cannot_be_used_keeps_its_photo_out(take: Take, label: str) -> None:
    (result,) = take(Upload("x.jpg", make_photo(), label))
    assert (result.outcome, result.code) == ("refused", "unknown_label")


def test_a_split_that_does_not_exist_keeps_its_photo_out(take: Take) -> None:
    (result,) = take(Upload("x.jpg", make_photo(), "circle", "dev"))
    assert (result.code, result.reason) == (
        "unusable_input",
        "Expected a split of train, validation, test. Received: 'dev'.",
    )


def test_emoji_and_other_case_are_fine_in_labels(take: Take) -> None:
    first, second, third = make_photos(3)
    results = take(
        Upload("1", first, "😀 Happy"), Upload("2", second, "😀 HAPPY"), Upload("3", third, " 😀  happy ")
    )
    assert {result.label for result in results} == {"😀 Happy"}


def test_a_photo_without_a_label_has_no_split_until_it_gets_one(take: Take) -> None:
    data = make_photo()
    (without,) = take(Upload("x.jpg", data))
    assert (without.outcome, without.label, without.split) == ("stored", None, None)
    (labelled,) = take(Upload("x.jpg", data, "circle"))
    assert (labelled.outcome, labelled.id, labelled.duplicate_of) == ("labelled", without.id, without.id)
    assert (labelled.label, labelled.split) == ("circle", "train")


def test_the_same_photo_is_stored_once_whatever_its_file(
    take: Take, database: Database, blobs: Blobs
) -> None:
    image = Image.fromarray(make_pixels())
    results = take(
        Upload("a.png", encode(image, "PNG"), "circle"),
        Upload("b.bmp", encode(image, "BMP"), "circle"),
        Upload("c.png", encode(image, "PNG"), "circle"),
    )
    again = take(Upload("d.bmp", encode(image, "BMP"), "Circle"), Upload("e.png", encode(image, "PNG")))
    assert [result.outcome for result in (*results, *again)] == ["stored"] + 4 * ["duplicate"]
    assert {result.duplicate_of for result in (*results[1:], *again)} == {results[0].id}
    assert {(result.path, result.label, result.split) for result in (*results, *again)} == {
        (results[0].path, "circle", "train")
    }
    assert rows_in(database) == 1
    assert len(blobs.keys()) == 1


def test_a_duplicate_with_another_label_changes_nothing_and_says_both(take: Take, database: Database) -> None:
    data = make_photo()
    take(Upload("x.jpg", data, "circle"))
    (result,) = take(Upload("y.jpg", data, "square"))
    assert (result.outcome, result.code, result.label) == ("duplicate", "label_conflict", "circle")
    assert result.reason == "It is photo 1, which keeps its label 'circle'. Received: the label 'square'."
    assert photo(database, 1).label == "circle"


def test_tasks_do_not_share_photos(take: Take, database: Database) -> None:
    data = make_photo()
    (here,), (there,) = take(Upload("x", data, "circle")), take(Upload("x", data, "round"), task="others")
    assert (here.outcome, there.outcome) == ("stored", "stored")
    assert here.path == there.path  # one file for both
    assert photo(database, int(there.id or 0)).task == "others"


def test_a_given_split_is_obeyed(take: Take) -> None:
    splits = ["test", "validation", "train", "test"]
    uploads = zip(make_photos(4), splits, strict=True)
    results = take(*(Upload("x", data, "circle", split) for data, split in uploads))
    assert [result.split for result in results] == splits


def test_a_near_duplicate_joins_the_split_of_the_first(take: Take, database: Database) -> None:
    image = Image.fromarray(make_pixels(size=(320, 240)))
    copies = [encode(image, quality=quality) for quality in (95, 60)] + [
        encode(image.resize((160, 120)), "PNG")
    ]
    results = take(
        *(
            Upload("x", data, "circle", split)
            for data, split in zip(copies, ["test", "train", None], strict=True)
        )
    )
    assert [result.split for result in results] == ["test"] * 3
    assert [photo(database, number).group_id for number in (1, 2, 3)] == [1, 1, 1]


def test_splits_are_stratified_and_do_not_depend_on_batches(take: Take) -> None:
    uploads = [
        Upload("x", make_photo(kind, seed=seed), kind) for seed in range(30) for kind in ("circle", "square")
    ]
    splits = Counter(
        (result.label, result.split) for part in (uploads[:7], uploads[7:]) for result in take(*part)
    )
    assert {splits[label, "train"] for label in ("circle", "square")} == {24}
    assert {splits[label, split] for label in ("circle", "square") for split in ("test", "validation")} == {3}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\0b\x1b.jpg", "a�b�.jpg"),
        ("\ud800.jpg", "�.jpg"),
        ("x" * 300, "x" * 255),
        ("", ""),
    ],
)
def test_odd_file_names_are_kept_as_far_as_they_can_be_shown(take: Take, given: str, kept: str) -> None:
    (stored,) = take(Upload(given, make_photo()))
    assert (stored.outcome, stored.filename) == ("stored", kept)


def test_a_task_may_have_ten_thousand_classes(take: Take, database: Database) -> None:
    take(Upload("x", make_photo(), "class 0"))
    with database.writing() as session:
        facts = {
            column.name: getattr(session.get_one(PhotoRow, 1), column.name)
            for column in PhotoRow.__table__.columns
            if column.name != "id"
        }
        rows = [
            facts | {"group_id": 1 + n, "label": f"class {n}", "pixel_sha256": f"{n:064}", "dhash": n}
            for n in range(1, 10_000)
        ]
        session.execute(insert(PhotoRow), rows)
    known, new = take(
        Upload("y", make_photo(seed=1), " CLASS  9999"), Upload("z", make_photo(seed=2), "class 10000")
    )
    assert (known.label, known.split, new.label) == ("class 9999", "test", "class 10000")
    assert len(dataset_statistics(database, "shapes").classes) == 10_001
