"""Every upload is an edit: what became of each file, also when it is cut short."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from lenswright.dataset.edit_history import Edit, EditEntry, edit, edits_page, entries_page
from lenswright.dataset.intake import CHUNK_PHOTOS, Intake, Upload
from lenswright.dataset.paging import Page
from lenswright.dataset.statistics import photo
from lenswright.errors import NotFound, StorageFailure, UnreadableImage
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photo, make_photos
from tests.dataset.conftest import NOW, Take


def entries(database: Database, batch: int) -> list[EditEntry]:
    return entries_page(database, batch, page=Page(size=500))[1]


def put_in_the_bin(database: Database, photo_id: int) -> None:
    with database.writing() as session:
        session.execute(update(PhotoRow).where(PhotoRow.id == photo_id).values(deleted_at=NOW))


def test_every_file_of_an_upload_has_an_entry(take: Take, database: Database) -> None:
    one, two, three = make_photos(3)
    take(Upload("before.jpg", one), Upload("old.jpg", two, "circle"))
    results = take(
        Upload("new.jpg", three, "square"),
        Upload("one.jpg", one, "circle"),
        Upload("two.jpg", two, "square"),
        Upload("three.jpg", three),
        Upload("bad.jpg", b"no photo"),
    )
    assert {result.batch for result in results} == {2}
    assert [
        (entry.filename, entry.outcome, entry.photo_id, entry.label_before, entry.label_after, entry.code)
        for entry in entries(database, 2)
    ] == [
        ("new.jpg", "stored", 3, None, "square", None),
        ("one.jpg", "labelled", 1, None, "circle", None),
        ("two.jpg", "duplicate", 2, "circle", "square", "label_conflict"),
        ("three.jpg", "duplicate", 3, "square", "square", None),
        ("bad.jpg", "refused", None, None, None, "unsupported_image"),
    ]
    assert str(entries(database, 2)[4].reason).startswith("Expected a photo as JPEG")
    assert [(entry.split_before, entry.split_after) for entry in entries(database, 2)] == [
        (None, "train"),
        (None, "test"),
        ("train", "train"),
        ("train", "train"),
        (None, None),
    ]
    assert photo(database, 3).edit_id == 2


def test_an_upload_says_who_what_and_when(intake: Intake, database: Database) -> None:
    list(
        intake.take(
            "shapes", [Upload("x", make_photo())], source="shelf", by="me", action="import", detail={"a": 1}
        )
    )
    assert edit(database, 1) == Edit(
        1, "shapes", "import", "me", NOW, NOW, "shelf", {"a": 1}, None, None, {"stored": 1}
    )


def test_an_upload_of_refused_files_only_is_reported_too(take: Take, database: Database) -> None:
    take(Upload("a.zip", b"", refusal=UnreadableImage("cut")), Upload("b\0.jpg", b""))
    assert edit(database, 1).counts == {"refused": 2}
    assert [entry.filename for entry in entries(database, 1)] == ["a.zip", "b�.jpg"]


def test_no_upload_is_no_edit(take: Take, database: Database) -> None:
    assert take() == []
    assert edits_page(database, "shapes") == (0, [])


@pytest.mark.parametrize("count", [1, CHUNK_PHOTOS, CHUNK_PHOTOS + 1])
def test_an_upload_ends_with_its_last_file(intake: Intake, database: Database, count: int) -> None:
    taken = intake.take("shapes", [Upload("x", b"no photo")] * count, source="test")
    next(taken)
    assert (edit(database, 1).ended_at is None) == (count >= CHUNK_PHOTOS)
    assert len(list(taken)) == count - 1
    assert (edit(database, 1).ended_at, edit(database, 1).counts) == (NOW, {"refused": count})


def test_an_upload_that_nobody_reads_to_its_end_reports_what_it_did(
    intake: Intake, database: Database
) -> None:
    taken: Any = intake.take("shapes", [Upload("x", b"no photo")] * 3 * CHUNK_PHOTOS, source="test")
    next(taken)
    taken.close()
    found = edit(database, 1)
    assert (found.ended_at, found.counts["refused"]) == (NOW, CHUNK_PHOTOS)
    assert found.detail == {"cut_short": "Nobody read on."}


def test_an_upload_that_breaks_off_says_why(intake: Intake, database: Database) -> None:
    def uploads() -> Iterator[Upload]:
        yield from [Upload("x", b"no photo")] * CHUNK_PHOTOS
        raise UnreadableImage("The cable was pulled.")

    with pytest.raises(UnreadableImage):
        list(intake.take("shapes", uploads(), source="test", detail={"folder": "a"}))
    found = edit(database, 1)
    assert (found.ended_at, found.counts) == (NOW, {"refused": CHUNK_PHOTOS})
    assert found.detail == {"folder": "a", "cut_short": "The cable was pulled."}


def test_what_was_not_committed_is_not_reported(
    intake: Intake, database: Database, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Blobs, blobs: object) -> None:
        raise StorageFailure("The disk refused: No space left on device.")

    monkeypatch.setattr(Blobs, "write_many", refuse)
    with pytest.raises(StorageFailure):
        list(intake.take("shapes", [Upload("x", make_photo())], source="test"))
    assert edits_page(database, "shapes") == (0, [])


def test_an_upload_can_go_on_with_an_edit(intake: Intake, database: Database) -> None:
    one, two = make_photos(2)
    list(intake.take("shapes", [Upload("1", one)], source="test", action="import"))
    (result,) = intake.take("shapes", [Upload("2", two)], source="test", action="import", edit_id=1)
    assert result.batch == 1
    assert edit(database, 1).counts == {"stored": 2}
    assert edit(database, 1).ended_at == NOW
    assert edits_page(database, "shapes")[0] == 1


@pytest.mark.parametrize(("task", "edit_id"), [("shapes", 2), ("others", 1)])
def test_an_edit_that_the_task_does_not_have_is_not_gone_on_with(
    intake: Intake, database: Database, task: str, edit_id: int
) -> None:
    list(intake.take("shapes", [Upload("1", make_photo())], source="test"))
    with pytest.raises(NotFound):
        list(intake.take(task, [Upload("2", make_photo(seed=2))], source="test", edit_id=edit_id))
    assert edit(database, 1).counts == {"stored": 1}


def test_a_photo_in_the_bin_is_restored_with_the_label_and_split_it_had(
    take: Take, database: Database
) -> None:
    data = make_photo()
    take(Upload("x.jpg", data, "circle", "test"))
    put_in_the_bin(database, 1)
    (result,) = take(Upload("y.jpg", data, "square", "train"))
    assert (result.outcome, result.id, result.label, result.split) == ("restored", 1, "circle", "test")
    assert (result.code, photo(database, 1).deleted_at) == ("label_conflict", None)
    (entry,) = entries(database, 2)
    assert (entry.outcome, entry.label_before, entry.label_after) == ("restored", "circle", "square")
    assert take(Upload("z.jpg", data))[0].outcome == "duplicate"


def test_a_photo_in_the_bin_without_a_label_gets_the_one_it_comes_with(
    take: Take, database: Database
) -> None:
    data = make_photo()
    take(Upload("x.jpg", data))
    put_in_the_bin(database, 1)
    (result,) = take(Upload("y.jpg", data, "square"))
    assert (result.outcome, result.label, result.split, result.code) == ("restored", "square", "train", None)
    (entry,) = entries(database, 2)
    assert (entry.label_before, entry.label_after, entry.split_after) == (None, "square", "train")
