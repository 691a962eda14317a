"""Edits read back: newest first, with counts, page by page."""

import pytest

from lenswright.dataset.edit_history import edit, edits_page, entries_page
from lenswright.dataset.edits import BATCHES, State, begin_edit, note
from lenswright.dataset.intake import Upload
from lenswright.dataset.paging import Page
from lenswright.errors import NotFound
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photos
from tests.dataset.conftest import NOW, Take


def relabel(database: Database, photo_id: int) -> int:
    with database.writing() as session:
        row = begin_edit(session, "shapes", "relabel", by="me", now=NOW)
        photo = session.get_one(PhotoRow, photo_id)
        note(session, row.id, "relabelled", photo=photo, before=State("old", "train"))
        return row.id


def test_edits_come_newest_first_with_their_counts(take: Take, database: Database) -> None:
    one, two, three = make_photos(3)
    take(Upload("1", one), Upload("2", two), Upload("bad", b""))
    take(Upload("3", three), task="others")
    take(Upload("1", one))
    total, found = edits_page(database, "shapes")
    assert total == 2
    assert [(found.id, dict(found.counts)) for found in found] == [
        (3, {"duplicate": 1}),
        (1, {"refused": 1, "stored": 2}),
    ]


def test_edits_come_page_by_page(take: Take, database: Database) -> None:
    for data in make_photos(5):
        take(Upload("x", data))
    pages = [edits_page(database, "shapes", page=Page(page, 2)) for page in (1, 2, 3, 4)]
    assert [total for total, _ in pages] == [5] * 4
    assert [[found.id for found in page] for _, page in pages] == [[5, 4], [3, 2], [1], []]


def test_edits_of_some_kinds_or_of_one_photo_can_be_asked_for(take: Take, database: Database) -> None:
    for data in make_photos(2):
        take(Upload("x", data, "circle"))
    relabel(database, 2)
    assert [found.id for found in edits_page(database, "shapes", actions=BATCHES)[1]] == [2, 1]
    assert [found.id for found in edits_page(database, "shapes", photo_id=2)[1]] == [3, 2]
    assert edits_page(database, "shapes", photo_id=2**62) == (0, [])


@pytest.mark.parametrize("edit_id", [0, 2, 2**62])
def test_an_edit_that_is_not_there_is_not_found(take: Take, database: Database, edit_id: int) -> None:
    take(Upload("x", b""))
    with pytest.raises(NotFound, match="no edit"):
        edit(database, edit_id)


def test_an_edit_that_brought_no_photos_is_no_batch(take: Take, database: Database) -> None:
    take(Upload("x", make_photos(1)[0], "circle"))
    relabel(database, 1)
    assert edit(database, 2).action == "relabel"
    with pytest.raises(NotFound, match="no batch '2'"):
        edit(database, 2, actions=BATCHES)


def test_entries_come_in_their_order_and_by_outcome(take: Take, database: Database) -> None:
    take(*(Upload(str(number), data) for number, data in enumerate([*make_photos(3), b"", b"x"])))
    total, some = entries_page(database, 1, page=Page(2, 2))
    assert (total, [entry.filename for entry in some]) == (5, ["2", "3"])
    total, some = entries_page(database, 1, outcome="refused")
    assert (total, [entry.filename for entry in some]) == (2, ["3", "4"])
