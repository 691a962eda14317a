"""A task as a zip: what is in it, what is not, and that it comes back as it was."""

import csv
import io
import zipfile

from sqlalchemy import select

from lenswright.dataset.archive import Archive
from lenswright.dataset.example import SPLITS, Photo, as_photo
from lenswright.dataset.export import export_zip
from lenswright.dataset.importers import read_uploads
from lenswright.dataset.intake import Intake
from lenswright.dataset.upload import Upload
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photo, make_photos
from tests.dataset.conftest import NOW, Take

ODD_LABELS = ("circle", "a: b?", "test", "Thumbs.db", '=1+1, "x"', "😀 ünï", "x" * 100)


def exported(database: Database, blobs: Blobs, task: str = "shapes") -> io.BytesIO:
    return io.BytesIO(b"".join(export_zip(database, blobs, task, now=NOW)))


def rows(zipped: io.BytesIO) -> list[dict[str, str]]:
    text = zipfile.ZipFile(zipped).read("labels.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def fill(take: Take) -> None:
    """Store twelve photos of each odd label, and two without a label."""
    for number, label in enumerate(ODD_LABELS):
        shots = make_photos(12, first_seed=100 * number)
        take(*(Upload(f"folder/{seed % 5}.jpg", data, label) for seed, data in enumerate(shots)))
    take(*(Upload("bare.jpg", data) for data in make_photos(2, first_seed=5000)))


def stored(database: Database, task: str = "shapes") -> list[Photo]:
    with database.reading() as session:
        rows = session.scalars(select(PhotoRow).where(PhotoRow.task == task).order_by(PhotoRow.id))
        return [as_photo(row) for row in rows]


def facts(database: Database, task: str) -> dict[str, tuple[str | None, str | None]]:
    return {photo.pixel_sha256: (photo.label, photo.split) for photo in stored(database, task)}


def test_uploaded_into_a_new_task_it_restores_labels_and_splits(
    take: Take, intake: Intake, database: Database, blobs: Blobs
) -> None:
    fill(take)
    uploads = read_uploads("x.zip", exported(database, blobs), archive_limits=ArchiveLimits())
    outcomes = [result.outcome for result in intake.take("again", uploads, source="zip")]
    assert outcomes == ["stored"] * (12 * len(ODD_LABELS) + 2)
    assert facts(database, "again") == facts(database, "shapes")
    assert {photo.split for photo in stored(database, "again") if photo.label} == set(SPLITS)


def test_every_photo_lies_in_its_split_and_class_and_is_listed(
    take: Take, database: Database, blobs: Blobs
) -> None:
    fill(take)
    zipped = exported(database, blobs)
    listed = rows(zipped)
    names = zipfile.ZipFile(zipped).namelist()
    assert [row["file"] for row in listed] == names[:-1]
    assert names[-1] == "labels.csv"
    circles = [row for row in listed if row["label"] == "circle"]
    assert {row["file"].rsplit("/", 1)[0] for row in circles} == {f"dataset/{s}/circle" for s in SPLITS}
    assert {row["source"] for row in listed} == {"test"}
    assert sorted(int(row["id"]) for row in listed) == list(range(1, len(listed) + 1))
    bare = [row for row in listed if not row["label"]]
    assert [row["file"] for row in bare] == ["dataset/unlabelled/bare.jpg", "dataset/unlabelled/bare-86.jpg"]
    for row in listed[:3]:
        photo = next(photo for photo in stored(database) if photo.id == int(row["id"]))
        assert zipfile.ZipFile(zipped).read(row["file"]) == blobs.read(photo.key)


def test_a_photo_whose_file_is_gone_is_named_and_the_others_come(
    take: Take, database: Database, blobs: Blobs
) -> None:
    take(*(Upload(f"{n}.jpg", data, "circle") for n, data in enumerate(make_photos(3))))
    gone = stored(database)[1]
    blobs.delete(gone.key)
    read = zipfile.ZipFile(exported(database, blobs))
    assert len([name for name in read.namelist() if name.startswith("dataset/")]) == 2
    assert read.read("missing.txt").decode().startswith(f"{gone.id}\t1.jpg\tThere is no file")


def test_the_bin_and_other_tasks_stay_where_they_are(take: Take, database: Database, blobs: Blobs) -> None:
    take(*(Upload("x.jpg", data, "circle") for data in make_photos(2)))
    take(Upload("y.jpg", make_photo(seed=9), "circle"), task="others")
    with database.writing() as session:
        session.get_one(PhotoRow, 1).deleted_at = NOW
    assert [row["id"] for row in rows(exported(database, blobs))] == ["2"]


def test_photos_set_aside_come_last(take: Take, database: Database, blobs: Blobs) -> None:
    take(*(Upload("x.jpg", data, "circle") for data in make_photos(3)))
    with database.writing() as session:
        session.get_one(PhotoRow, 1).split = "unused"
    assert [row["id"] for row in rows(exported(database, blobs))] == ["2", "3", "1"]


def test_a_task_without_photos_is_a_list_without_rows(database: Database, blobs: Blobs) -> None:
    zipped = exported(database, blobs, "nothing")
    assert zipfile.ZipFile(zipped).read("labels.csv") == b"file,label,split,source,id\r\n"


def test_what_is_sent_while_photos_come_in_is_whole(take: Take, database: Database, blobs: Blobs) -> None:
    take(*(Upload("x.jpg", data, "circle") for data in make_photos(3)))
    parts = export_zip(database, blobs, "shapes", now=NOW)
    sent = [next(parts)]
    take(Upload("late.jpg", make_photo(seed=77), "square"))
    with database.writing() as session:
        session.get_one(PhotoRow, 2).deleted_at = NOW
    zipped = io.BytesIO(b"".join([*sent, *parts]))
    assert zipfile.ZipFile(zipped).testzip() is None
    assert Archive(zipped, ArchiveLimits()).members()
