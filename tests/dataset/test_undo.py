"""Every edit can be taken back, photo by photo; what changed since is left alone and said."""

from collections.abc import Callable

import pytest

from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edit_history import edit, edits_page, entries_page
from lenswright.dataset.edits import begin_edit
from lenswright.dataset.example import Photo
from lenswright.dataset.gallery import Wanted, photos_page
from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.refusals import CannotUndo
from lenswright.dataset.regrouping import merge_groups
from lenswright.dataset.statistics import photo
from lenswright.dataset.undo import CHUNK, Undone, undo
from lenswright.errors import NotFound
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditRow, PhotoRow
from tests.builders import make_photos
from tests.dataset.conftest import Take

Act = Callable[[], int | None]


@pytest.fixture
def four(take: Take) -> list[bytes]:
    """Store three circles, 1 to 3, and a photo without a label, 4, as edit 1."""
    data = make_photos(4)
    take(*(Upload(f"{n}.jpg", one, "circle" if n < 3 else None) for n, one in enumerate(data)))
    return data


def newest(database: Database) -> int:
    return edits_page(database, "shapes")[1][0].id


def undo_newest(database: Database) -> Undone:
    return undo(database, newest(database), by="ada")


def everything(database: Database) -> list[Photo]:
    """Return every photo, in the bin or not, by id."""
    found = [photos_page(database, "shapes", Wanted(in_bin=in_bin))[1] for in_bin in (False, True)]
    return sorted([*found[0], *found[1]], key=lambda one: one.id)


def standing(database: Database) -> list[tuple[int, str | None, str | None, int | None, bool, bool]]:
    return [
        (one.id, one.label, one.split, one.group_id, one.deleted_at is None, one.confirmed_at is not None)
        for one in everything(database)
    ]


def relabelled(database: Database) -> None:
    relabel(database, "shapes", [1, 4], ["square", "square"], by="bob")


def unlabelled(database: Database) -> None:
    relabel(database, "shapes", [1, 2], [None, None], by="bob")


def deleted(database: Database) -> None:
    delete_photos(database, "shapes", [1, 4], by="bob")


def restored(database: Database) -> None:
    deleted(database)
    restore_photos(database, "shapes", [1], by="bob")


def confirmed(database: Database) -> None:
    confirm_labels(database, "shapes", [1, 2], by="bob")


def regrouped(database: Database) -> None:
    merge_groups(database, "shapes", [(1, 2), (2, 4)], by="bob", now=5.0)


ACTS = [relabelled, unlabelled, deleted, restored, confirmed, regrouped]


@pytest.mark.parametrize("act", ACTS)
def test_what_was_undone_stands_as_before_and_can_be_done_again(
    database: Database, four: list[bytes], act: Callable[[Database], None]
) -> None:
    if act is restored:
        deleted(database)
    before = standing(database)
    act(database)
    after, edit_id = standing(database), newest(database)
    assert after != before
    done = undo(database, edit_id, by="ada")
    assert (done.skipped, done.changed) == ([], sum(edit(database, edit_id).counts.values()))
    assert standing(database) == before
    assert edit(database, edit_id).undone_by == done.edit
    assert undo_newest(database).skipped == []  # the undo of the undo
    assert standing(database) == after
    assert edit(database, edit_id).undone_by is None
    assert undo(database, edit_id, by="ada").changed == done.changed
    assert standing(database) == before


def test_an_upload_that_is_undone_goes_to_the_bin_as_it_was_labelled(
    database: Database, four: list[bytes]
) -> None:
    before = everything(database)
    assert undo(database, 1, by="ada", clock=lambda: 9.0).changed == 4
    assert [(one.label, one.split, one.deleted_at) for one in everything(database)] == [
        (one.label, one.split, 9.0) for one in before
    ]
    undo_newest(database)
    assert everything(database) == before


def test_a_label_that_an_upload_gave_is_taken_away_with_its_split(
    take: Take, database: Database, four: list[bytes]
) -> None:
    take(Upload("again.jpg", four[3], "circle"), Upload("same.jpg", four[0], "circle"))
    assert photo(database, 4).split == "train"
    assert undo_newest(database).changed == 1  # a duplicate changed nothing
    assert (photo(database, 4).label, photo(database, 4).split) == (None, None)
    assert photo(database, 1).deleted_at is None


def test_a_photo_that_an_upload_brought_back_returns_to_the_bin(
    take: Take, database: Database, four: list[bytes]
) -> None:
    deleted(database)
    take(Upload("labelled.jpg", four[3], "circle"), Upload("other label.jpg", four[0], "square"))
    assert photo(database, 4).label == "circle"
    assert undo_newest(database).changed == 2
    assert [one.id for one in everything(database) if one.deleted_at] == [1, 4]
    assert [photo(database, number).label for number in (1, 4)] == ["circle", None]


def test_a_photo_labelled_by_the_upload_that_stored_it_goes_to_the_bin(
    take: Take, database: Database
) -> None:
    (data,) = make_photos(1)
    take(Upload("plain.jpg", data), Upload("labelled.jpg", data, "circle"))
    assert undo_newest(database).skipped == []
    assert (photo(database, 1).label, photo(database, 1).deleted_at is None) == (None, False)
    undo_newest(database)
    assert (photo(database, 1).label, photo(database, 1).deleted_at) == ("circle", None)


def test_what_changed_since_is_left_alone_and_said(database: Database, four: list[bytes]) -> None:
    relabel(database, "shapes", [1, 2, 3, 4], ["square"] * 4, by="bob")
    edit_id = newest(database)
    relabel(database, "shapes", [1], ["triangle"], by="cyd")
    delete_photos(database, "shapes", [2], by="cyd")
    confirm_labels(database, "shapes", [3], by="cyd")
    done = undo(database, edit_id, by="ada")
    assert (done.changed, done.skipped_count) == (1, 3)
    assert {one.photo_id: one.reason for one in done.skipped} == {
        1: "Its label is 'triangle' now, not 'square'.",
        2: "It is in the bin.",
        3: "Its label was confirmed since.",
    }
    assert [one.label for one in everything(database)] == ["triangle", "square", "square", None]


def test_where_all_changed_since_nothing_is_undone(database: Database, four: list[bytes]) -> None:
    deleted(database)
    edit_id = newest(database)
    restore_photos(database, "shapes", [1, 4], by="cyd")
    edits = edits_page(database, "shapes")[0]
    done = undo(database, edit_id, by="ada")
    assert (done.edit, done.changed) == (None, 0)
    assert [one.reason for one in done.skipped] == ["It is not in the bin any more."] * 2
    assert edits_page(database, "shapes")[0] == edits
    assert edit(database, edit_id).undone_by is None


def test_a_confirmation_survives_a_relabelling_that_is_undone(database: Database, four: list[bytes]) -> None:
    confirmed(database)
    relabelled(database)
    assert photo(database, 1).confirmed_at is None
    undo_newest(database)
    assert photo(database, 1).confirmed_at is not None
    assert photo(database, 4).confirmed_at is None


def test_a_group_that_changed_since_is_left_alone(database: Database, four: list[bytes]) -> None:
    regrouped(database)
    edit_id = newest(database)
    with database.writing() as session:
        session.get_one(PhotoRow, 2).group_id = 3
    done = undo(database, edit_id, by="ada")
    assert [one.reason for one in done.skipped] == ["Its group is 3 now, not 1."]


def test_new_photos_join_the_groups_as_they_are_after_an_undo(database: Database, four: list[bytes]) -> None:
    index = DuplicateIndex("shapes")
    with database.writing() as session:
        index.refresh(session)
    regrouped(database)
    undo_newest(database)
    with database.writing() as session:
        index.refresh(session)
        row = session.get_one(PhotoRow, 2)
    assert row.group_id == 2


def test_the_undo_says_who_and_what(database: Database, four: list[bytes]) -> None:
    relabelled(database)
    edit_id = newest(database)
    done = undo(database, edit_id, by="ada", clock=lambda: 7.0)
    assert done.edit is not None
    found = edit(database, done.edit)
    assert (found.action, found.by, found.undoes, found.ended_at) == ("undo", "ada", edit_id, 7.0)
    assert found.detail == {"action": "relabel"}
    entry = entries_page(database, done.edit)[1][0]
    assert (entry.photo_id, entry.label_before, entry.label_after) == (4, "square", None)
    assert (entry.split_before, entry.split_after) == ("test", None)


def test_an_edit_is_undone_once(database: Database, four: list[bytes]) -> None:
    relabelled(database)
    edit_id = newest(database)
    done = undo(database, edit_id, by="ada")
    with pytest.raises(CannotUndo, match=f"edit {done.edit} has undone it already"):
        undo(database, edit_id, by="bob")


@pytest.mark.parametrize("unknown", [0, -1, 99, 2**31, 2**70])
def test_an_edit_that_never_was_is_not_found(database: Database, unknown: int) -> None:
    with pytest.raises(NotFound, match="There is no edit"):
        undo(database, unknown, by="ada")


def test_what_was_forgotten_cannot_be_undone(database: Database) -> None:
    with database.writing() as session:
        edit_id = begin_edit(session, "shapes", "forget", by="ada", now=0.0).id
    with pytest.raises(CannotUndo, match="forgotten"):
        undo(database, edit_id, by="ada")


def test_an_upload_is_undone_once_it_is_over_or_was_cut_off(database: Database, four: list[bytes]) -> None:
    with database.writing() as session:
        session.get_one(EditRow, 1).ended_at = None
    uploaded_at = photo(database, 1).uploaded_at
    with pytest.raises(CannotUndo, match="goes on"):
        undo(database, 1, by="ada", clock=lambda: uploaded_at + 299)
    assert undo(database, 1, by="ada", clock=lambda: uploaded_at + 300).changed == 4
    assert edit(database, 1).ended_at == uploaded_at + 300


def test_an_edit_of_many_chunks_is_undone_as_a_whole(database: Database, four: list[bytes]) -> None:
    count = 2 * CHUNK + 7
    with database.writing() as session:
        template = {
            name: getattr(session.get_one(PhotoRow, 4), name)
            for name in PhotoRow.__table__.columns.keys()  # noqa: SIM118 a column collection is no dict
            if name not in ("id", "pixel_sha256")
        }
        session.add_all(PhotoRow(**template, pixel_sha256=f"{number:064x}") for number in range(count))
    relabel(database, "shapes", list(range(5, 5 + count)), ["square"] * count, by="bob")
    relabel(database, "shapes", [5, 4 + count], [None, "circle"], by="cyd")
    done = undo(database, newest(database) - 1, by="ada")
    assert (done.changed, [one.photo_id for one in done.skipped]) == (count - 2, [4 + count, 5])
    assert photos_page(database, "shapes", Wanted(label="square"))[0] == 0


def test_photos_that_a_later_batch_brought_too_stay(
    database: Database, take: Take, four: list[bytes]
) -> None:
    take(Upload("a.jpg", four[0], "circle"), Upload("b.jpg", four[3]))
    delete_photos(database, "shapes", [2], by="bob")
    take(Upload("c.jpg", four[1], "circle"))
    done = undo(database, 1, by="ada")
    assert (done.changed, done.task, done.undid.id, done.undid.action) == (1, "shapes", 1, "upload")
    assert [(one.photo_id, one.reason) for one in done.skipped] == [
        (4, "It came again with batch 2."),
        (2, "It came again with batch 4."),
        (1, "It came again with batch 2."),
    ]
    assert [one.id for one in photos_page(database, "shapes")[1]] == [4, 2, 1]


def test_a_batch_that_is_undone_itself_keeps_no_photo(
    database: Database, take: Take, four: list[bytes]
) -> None:
    new = make_photos(5)[4]
    take(Upload("a.jpg", four[0], "circle"), Upload("new.jpg", new, "circle"))
    undo(database, 2, by="ada")
    assert undo(database, 1, by="ada").changed == 4


def test_an_edit_of_another_task_is_not_found(database: Database, four: list[bytes]) -> None:
    with pytest.raises(NotFound):
        undo(database, 1, by="ada", task="others")
    assert undo(database, 1, by="ada", task="shapes").changed == 4
