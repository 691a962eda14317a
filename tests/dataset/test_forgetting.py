"""What is forgotten is gone: bytes, thumbnails, features, names; even if it was cut off half-way."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edit_history import edit, edits_page, entries_page
from lenswright.dataset.example import Photo
from lenswright.dataset.forgetting import DAY_S, Forgetting
from lenswright.dataset.gallery import Wanted, photos_page
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.leftovers import Leftovers
from lenswright.dataset.looks import Look
from lenswright.dataset.statistics import dataset_statistics, labelled_photos, photo
from lenswright.dataset.undo import undo
from lenswright.errors import NotFound, StorageFailure
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow, SuggestionRow
from lenswright.storage.feature_files import FeatureFiles, view_key
from lenswright.storage.thumbnails import Thumbnails
from lenswright.training.feature_cache import FeatureCache
from tests.builders import make_photos
from tests.dataset.conftest import NOW, Take


@pytest.fixture
def thumbnails(tmp_path: Path) -> Thumbnails:
    return Thumbnails(tmp_path / "thumbnails")


@pytest.fixture
def leftovers(database: Database, blobs: Blobs, thumbnails: Thumbnails, tmp_path: Path) -> Leftovers:
    return Leftovers(database, blobs, thumbnails, FeatureFiles(tmp_path / "features"))


@pytest.fixture
def forgetting(database: Database, leftovers: Leftovers) -> Forgetting:
    return Forgetting(database, leftovers, lambda: NOW)


@pytest.fixture
def three(
    take: Take, database: Database, blobs: Blobs, thumbnails: Thumbnails, tmp_path: Path
) -> list[Photo]:
    """Store three circles that have been looked at and learnt from."""
    data = make_photos(3)
    take(*(Upload(f"holiday {number}.jpg", one, "circle") for number, one in enumerate(data)))
    photos = labelled_photos(database, "shapes")
    cache = FeatureCache(tmp_path / "features" / "net", 2)
    for one in photos:
        thumbnails.of(one.sha256, partial(blobs.read, one.key))
        cache.append([view_key(one.pixel_sha256, view) for view in (0, 1)], np.ones((2, 2), np.float32))
    return photos


def remains(one: Photo, blobs: Blobs, thumbnails: Thumbnails, tmp_path: Path) -> tuple[bool, bool, bool]:
    """Return whether the bytes, a thumbnail and features of a photo are there."""
    has_features = one.pixel_sha256 in FeatureFiles(tmp_path / "features").pictures()
    return blobs.exists(one.key), one.sha256 in set(thumbnails.hashes()), has_features


def test_nothing_is_left_of_a_forgotten_photo_but_its_number_and_label(
    database: Database,
    forgetting: Forgetting,
    three: list[Photo],
    blobs: Blobs,
    thumbnails: Thumbnails,
    tmp_path: Path,
) -> None:
    done = forgetting.forget("shapes", [2], by="ada")
    assert done.changed == 1
    assert remains(three[1], blobs, thumbnails, tmp_path) == (False, False, False)
    assert remains(three[0], blobs, thumbnails, tmp_path) == (True, True, True)
    with database.reading() as session:
        row = session.get_one(PhotoRow, 2)
    assert (row.label, row.split, row.forgotten_at, row.deleted_at) == ("circle", "test", NOW, NOW)
    assert (row.filename, row.sha256, row.pixel_sha256) == ("", "forgotten-2", "forgotten-2")
    assert (row.dhash, row.colours, row.brightness, row.sharpness) == (0, None, None, None)


def test_no_list_has_a_forgotten_photo(
    database: Database, forgetting: Forgetting, three: list[Photo]
) -> None:
    forgetting.forget("shapes", [2], by="ada")
    assert [one.id for one in photos_page(database, "shapes")[1]] == [3, 1]
    assert photos_page(database, "shapes", Wanted(in_bin=True)) == (0, [])
    assert [one.id for one in labelled_photos(database, "shapes")] == [1, 3]
    assert dataset_statistics(database, "shapes").total == 2
    for ask in (
        lambda: photo(database, 2),
        lambda: restore_photos(database, "shapes", [2], by="ada"),
        lambda: relabel(database, "shapes", [2], ["square"], by="ada"),
        lambda: forgetting.forget("shapes", [2], by="ada"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_who_forgot_it_is_written_down_and_its_name_is_not(
    database: Database, forgetting: Forgetting, three: list[Photo]
) -> None:
    done = forgetting.forget("shapes", [2, 3], by="ada")
    assert done.edit is not None
    assert (edit(database, done.edit).by, edit(database, done.edit).counts) == ("ada", {"forgotten": 2})
    for found in edits_page(database, "shapes", photo_id=2)[1]:
        for entry in entries_page(database, found.id)[1]:
            assert (entry.filename is None) == (entry.photo_id in (2, 3))
    skipped = undo(database, 1, by="ada").skipped
    assert [(one.photo_id, one.reason) for one in skipped] == [
        (3, "It is forgotten."),
        (2, "It is forgotten."),
    ]


def test_reviews_lose_the_photo_and_suggestions_go(
    database: Database, forgetting: Forgetting, three: list[Photo]
) -> None:
    with database.writing() as session:
        for number, decided_at in ((2, None), (2, 5.0), (3, None)):
            session.add(
                ReviewRow(
                    task="shapes", kind="unsure", photo_id=number, uncertainty=1, novelty=1,
                    created_at=1, by="x", decided_at=decided_at,
                )
            )  # fmt: skip
            session.add(
                SuggestionRow(
                    task="shapes", photo_id=number, at=1, given="circle", suggested="square",
                    self_confidence=0, confidence=1, score=1,
                )
            )  # fmt: skip
    forgetting.forget("shapes", [2], by="ada")
    with database.reading() as session:
        reviews = session.scalars(select(ReviewRow).order_by(ReviewRow.id)).all()
        suggestions = session.scalars(select(SuggestionRow.photo_id)).all()
    assert [(row.photo_id, row.decided_at, row.decision) for row in reviews] == [
        (None, NOW, "dropped"),
        (None, 5.0, None),
        (3, None, None),
    ]
    assert suggestions == [3]


def test_the_same_picture_in_all_tasks_is_forgotten_at_once(
    database: Database, forgetting: Forgetting, three: list[Photo], take: Take, blobs: Blobs
) -> None:
    (other,) = take(Upload("x.jpg", blobs.read(three[0].key), "circle"), task="others")
    delete_photos(database, "others", [int(other.id or 0)], by="ada")
    done = forgetting.forget("shapes", [1, 2], by="ada", everywhere=True)
    assert [(one.task, one.changed) for one in done.edits] == [("shapes", 2), ("others", 1)]
    assert (sorted(done.photos), done.kept_for) == ([1, 2, 4], ())
    assert not blobs.exists(three[0].key)


def test_bytes_that_a_photo_of_another_task_shares_stay(
    take: Take,
    database: Database,
    forgetting: Forgetting,
    three: list[Photo],
    blobs: Blobs,
    thumbnails: Thumbnails,
    tmp_path: Path,
) -> None:
    (other,) = take(Upload("x.jpg", blobs.read(three[0].key)), task="others")
    delete_photos(database, "others", [int(other.id or 0)], by="ada")
    forgetting.forget("shapes", [1], by="ada")
    assert remains(three[0], blobs, thumbnails, tmp_path) == (True, True, True)
    forgetting.forget("others", [int(other.id or 0)], by="ada")
    assert remains(three[0], blobs, thumbnails, tmp_path) == (False, False, False)


def test_a_forgotten_picture_that_comes_again_is_a_new_photo(
    take: Take, database: Database, forgetting: Forgetting, three: list[Photo], blobs: Blobs
) -> None:
    data = blobs.read(three[0].key)
    forgetting.forget("shapes", [1], by="ada")
    (again,) = take(Upload("again.jpg", data))
    assert (again.outcome, again.id) == ("stored", 4)
    assert blobs.read(three[0].key) == data


def test_no_new_photo_looks_like_a_forgotten_one(
    database: Database, forgetting: Forgetting, three: list[Photo]
) -> None:
    forgetting.forget("shapes", [1, 2, 3], by="ada")
    index = DuplicateIndex("shapes")
    with database.writing() as session:
        index.refresh(session)
    assert index.neighbours(Look(0)).group_id is None


def test_what_a_crash_left_is_swept_away(
    database: Database,
    leftovers: Leftovers,
    three: list[Photo],
    blobs: Blobs,
    thumbnails: Thumbnails,
    tmp_path: Path,
) -> None:
    class Crash(Exception):
        pass

    def crash(self: object, traces: object) -> None:
        raise Crash

    dying = Forgetting(database, type("Dying", (), {"remove": crash})(), lambda: NOW)
    with pytest.raises(Crash):
        dying.forget("shapes", [1], by="ada")
    assert remains(three[0], blobs, thumbnails, tmp_path) == (True, True, True)
    long_ago = NOW - 2 * DAY_S
    os.utime(tmp_path / "uploads" / three[0].key, (long_ago, long_ago))
    assert Forgetting(database, leftovers, lambda: NOW).sweep() == 3
    assert remains(three[0], blobs, thumbnails, tmp_path) == (False, False, False)
    for one in three[1:]:
        assert remains(one, blobs, thumbnails, tmp_path) == (True, True, True)


def test_bytes_of_an_upload_that_has_no_rows_yet_are_not_swept_away(
    forgetting: Forgetting, blobs: Blobs, tmp_path: Path
) -> None:
    keys = ["ab/abcd.jpg", "ab/abce.jpg"]
    for key, age_s in zip(keys, (DAY_S - 60, DAY_S + 60), strict=True):
        blobs.write(key, b"photo")
        os.utime(tmp_path / "uploads" / key, (NOW - age_s, NOW - age_s))
    assert forgetting.sweep() == 1
    assert [blobs.exists(key) for key in keys] == [True, False]


def test_the_bin_is_emptied_of_what_lay_there_too_long(
    database: Database, forgetting: Forgetting, three: list[Photo], blobs: Blobs
) -> None:
    delete_photos(database, "shapes", [1], by="ada", clock=lambda: NOW - 31 * DAY_S)
    delete_photos(database, "shapes", [2], by="ada", clock=lambda: NOW - 29 * DAY_S)
    assert forgetting.empty_bin(30) == 1
    assert [blobs.exists(one.key) for one in three] == [False, True, True]
    assert [one.id for one in photos_page(database, "shapes", Wanted(in_bin=True))[1]] == [2]
    newest = edits_page(database, "shapes")[1][0]
    assert (newest.action, newest.by, newest.counts) == ("forget", "bin", {"forgotten": 1})
    assert forgetting.empty_bin(30) == 0


def test_a_disk_that_refuses_is_told_and_the_rest_is_swept_later(
    forgetting: Forgetting, three: list[Photo], blobs: Blobs, tmp_path: Path, database: Database
) -> None:
    file = tmp_path / "uploads" / three[0].key
    data = file.read_bytes()
    file.unlink()
    file.mkdir()  # a file that cannot be unlinked
    with pytest.raises(StorageFailure):
        forgetting.forget("shapes", [1], by="ada")
    with pytest.raises(NotFound):
        photo(database, 1)
    file.rmdir()
    file.write_bytes(data)
    os.utime(file, (NOW - 2 * DAY_S, NOW - 2 * DAY_S))
    forgetting.sweep()
    assert not blobs.exists(three[0].key)


class Meanwhile(Blobs):
    """A store in which something happens, once, when an upload has written its bytes."""

    def __init__(self, folder: Path, happens: Callable[[], object]) -> None:
        super().__init__(str(folder))
        self._happens = [happens]

    def write_many(self, blobs: Mapping[str, bytes]) -> None:
        super().write_many(blobs)
        while self._happens:
            self._happens.pop()()


@pytest.mark.parametrize("task", ["shapes", "others"])
def test_a_picture_that_is_uploaded_while_it_is_forgotten_keeps_its_bytes(
    database: Database, forgetting: Forgetting, three: list[Photo], blobs: Blobs, tmp_path: Path, task: str
) -> None:
    data = blobs.read(three[0].key)
    store = Meanwhile(tmp_path / "uploads", lambda: forgetting.forget("shapes", [1], by="ada"))
    intake = Intake(database, store, limits=DecodeLimits(), clock=lambda: NOW)
    (result,) = intake.take(task, [Upload("x.jpg", data)], source="test")
    assert (result.outcome, result.id) == ("stored", 4)
    assert blobs.read(photo(database, 4).key) == data
