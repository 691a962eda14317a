"""A task made of others: what is copied, what it is called, what is held out, and what is told of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select

from lenswright.dataset.fusion import Fused, Fusion
from lenswright.dataset.fusion_wish import FusionSource, FusionWish
from lenswright.dataset.upload import Upload
from lenswright.errors import InputRefused, NotFound, StorageFailure
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow
from tests.builders import make_photo, make_photos
from tests.dataset.conftest import NOW, Take

BREEDS = [f"breed {number}" for number in range(10)]


@pytest.fixture
def two_tasks(take: Take) -> None:
    """Ten breeds of three photos each in `dogs`; six cats and two dogs in `cats`."""
    shots = make_photos(30)
    take(*(Upload("d.jpg", data, BREEDS[number % 10]) for number, data in enumerate(shots)), task="dogs")
    others = make_photos(8, "square")
    labels = ["cat"] * 6 + ["dog"] * 2
    take(*(Upload("c.jpg", data, label) for data, label in zip(others, labels, strict=True)), task="cats")


def wish(hold_out: float | None = 0.0, **changes: Any) -> FusionWish:
    sources = (FusionSource("dogs", {"*": "dog"}), FusionSource("cats", {"Cat": "cat"}))
    return FusionWish(**{"task": "pets", "sources": sources, "hold_out": hold_out} | changes)


def fuse(database: Database, wanted: FusionWish) -> Fused:
    return Fusion(database, clock=lambda: NOW).fuse(wanted, by="somebody")


def photos(database: Database, task: str = "pets") -> list[PhotoRow]:
    with database.reading() as session:
        return list(session.scalars(select(PhotoRow).where(PhotoRow.task == task).order_by(PhotoRow.id)))


def entries(database: Database, edit_id: int) -> list[EditEntryRow]:
    query = select(EditEntryRow).where(EditEntryRow.edit_id == edit_id).order_by(EditEntryRow.id)
    with database.reading() as session:
        return list(session.scalars(query))


def bin_photos(database: Database, ids: Iterable[int]) -> None:
    with database.writing() as session:
        for photo_id in ids:
            session.get_one(PhotoRow, photo_id).deleted_at = NOW


@pytest.mark.usefixtures("two_tasks")
def test_photos_are_copied_under_their_new_labels_and_share_their_bytes(database: Database) -> None:
    done = fuse(database, wish())
    assert (done.stored, done.duplicates, done.classes) == (36, 0, {"cat": 6, "dog": 30})
    assert sum(done.splits.values()) == 36
    copied, originals = photos(database), photos(database, "dogs") + photos(database, "cats")[:6]
    assert [row.sha256 for row in copied] == [row.sha256 for row in originals]
    assert [row.source for row in copied] == [f"{row.task}/{row.label}" for row in originals]
    assert {(row.uploaded_at, row.labelled_at, row.edit_id) for row in copied} == {(NOW, NOW, done.edit)}
    for name in ("pixel_sha256", "dhash", "colours", "width", "format", "filename", "sharpness"):
        assert [getattr(row, name) for row in copied] == [getattr(row, name) for row in originals]


@pytest.mark.usefixtures("two_tasks")
def test_it_is_one_edit_with_an_entry_for_every_photo(database: Database) -> None:
    done = fuse(database, wish())
    with database.reading() as session:
        edit = session.get_one(EditRow, done.edit)
    assert (edit.task, edit.action, edit.by, edit.at, edit.ended_at) == (
        "pets", "fuse", "somebody", NOW, NOW,
    )  # fmt: skip
    assert edit.source == "dogs, cats"
    assert '"labels": {"*": "dog"}' in edit.detail
    rows = {row.id: row for row in photos(database)}
    told = entries(database, done.edit)
    assert [entry.photo_id for entry in told] == list(rows)
    for entry in told:
        row = rows[entry.photo_id or 0]
        assert (entry.outcome, entry.label_before, entry.split_before) == ("stored", None, None)
        assert (entry.label_after, entry.split_after) == (row.label, row.split)
        assert entry.filename == row.filename


@pytest.mark.usefixtures("two_tasks")
def test_whole_breeds_are_held_out_and_cats_are_split_by_photo(database: Database) -> None:
    done = fuse(database, wish(0.2))
    splits: dict[str, set[str | None]] = {}
    for row in photos(database):
        splits.setdefault(row.source, set()).add(row.split)
    of_breeds = [splits[f"dogs/{breed}"] for breed in BREEDS]
    assert Counter(next(iter(found)) for found in of_breeds) == {"test": 2, "validation": 1, "train": 7}
    assert {len(found) for found in of_breeds} == {1}
    assert splits["cats/cat"] == {"train", "validation", "test"}
    assert done.held_out == {"dog": [breed for breed in BREEDS if splits[f"dogs/{breed}"] == {"test"}]}


@pytest.mark.usefixtures("two_tasks")
def test_fusing_again_adds_what_is_new_and_keeps_breeds_together(database: Database, take: Take) -> None:
    first = fuse(database, wish(0.2))
    take(*(Upload("new.jpg", make_photo(seed=100 + n), BREEDS[n]) for n in range(10)), task="dogs")
    take(*(Upload("new.jpg", make_photo(seed=200 + n), "late breed") for n in range(3)), task="dogs")
    again = fuse(database, wish(None))  # as before
    assert (again.stored, again.duplicates) == (13, 36)
    assert again.held_out == first.held_out
    for breed in [*BREEDS, "late breed"]:
        assert len({row.split for row in photos(database) if row.source == f"dogs/{breed}"}) == 1


@pytest.mark.usefixtures("two_tasks")
def test_a_breed_that_two_sources_have_is_held_out_in_both(database: Database, take: Take) -> None:
    take(
        *(Upload("x.jpg", make_photo("triangle", seed=n), BREEDS[n].upper()) for n in range(10)), task="more"
    )
    sources = (FusionSource("dogs", {"*": "dog"}), FusionSource("more", {"*": "dog"}))
    fuse(database, wish(0.3, sources=sources))
    for breed in BREEDS:
        names = (f"dogs/{breed}", f"more/{breed.upper()}")
        assert len({row.split for row in photos(database) if row.source in names}) == 1


def test_the_same_picture_from_two_sources_is_kept_once_with_the_first_label(
    database: Database, take: Take
) -> None:
    same, conflict = make_photos(2)
    take(Upload("1.jpg", same, "beagle"), Upload("2.jpg", conflict, "beagle"), task="dogs")
    take(Upload("3.jpg", same, "dog"), Upload("4.jpg", conflict, "cat"), task="cats")
    sources = (FusionSource("dogs", {"*": "dog"}), FusionSource("cats", {"*": "*"}))
    done = fuse(database, wish(sources=sources))
    assert (done.stored, done.duplicates, done.conflicts, done.classes) == (2, 2, 1, {"dog": 2})
    duplicate, contradiction = entries(database, done.edit)[2:]
    assert (duplicate.outcome, duplicate.code) == ("duplicate", None)
    assert (contradiction.outcome, contradiction.code) == ("duplicate", "label_conflict")
    assert (contradiction.label_before, contradiction.label_after) == ("dog", "cat")
    assert "keeps its label 'dog'" in str(contradiction.reason)


@pytest.mark.usefixtures("two_tasks")
def test_a_copy_in_the_bin_comes_back_and_one_without_a_label_gets_it(database: Database, take: Take) -> None:
    first = fuse(database, wish())
    binned, bare = (row.id for row in photos(database)[:2])
    bin_photos(database, [binned])
    with database.writing() as session:
        session.get_one(PhotoRow, bare).label = None
    again = fuse(database, wish())
    assert (again.stored, again.restored, again.labelled, again.duplicates) == (0, 1, 1, 34)
    assert again.classes == first.classes
    restored, labelled = entries(database, again.edit)[:2]
    assert (restored.outcome, labelled.outcome) == ("restored", "labelled")
    assert (labelled.label_before, labelled.label_after) == (None, "dog")
    assert labelled.split_before == labelled.split_after is not None


@pytest.mark.usefixtures("two_tasks")
def test_what_is_in_the_bin_or_has_no_label_is_not_copied(database: Database, take: Take) -> None:
    bin_photos(database, [1, 2])
    take(Upload("bare.jpg", make_photo(seed=500)), task="dogs")
    assert fuse(database, wish()).stored == 34


@pytest.mark.usefixtures("two_tasks")
def test_a_task_may_grow_by_a_fusion_but_not_out_of_itself(database: Database) -> None:
    grown = fuse(database, wish(task="cats", sources=(FusionSource("dogs", {"*": "DOG"}),)))
    assert (grown.stored, grown.classes) == (30, {"cat": 6, "dog": 32})
    with pytest.raises(InputRefused, match="other than the task 'dogs' itself"):
        fuse(database, wish(task="dogs"))


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize(
    ("sources", "error", "words"),
    [
        ((), InputRefused, "at least one source"),
        ((FusionSource("birds", {}),), NotFound, "'birds'. There are: cats, dogs."),
        ((FusionSource("dogs", {}), FusionSource("dogs", {})), InputRefused, "each source once"),
        ((FusionSource("dogs", {"*": None}),), InputRefused, "leaves all out"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_and_leaves_nothing(
    database: Database, sources: tuple[FusionSource, ...], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        fuse(database, wish(sources=sources))
    assert photos(database) == []
    with database.reading() as session:
        assert session.scalars(select(EditRow).where(EditRow.action == "fuse")).all() == []


@pytest.mark.usefixtures("two_tasks")
def test_a_fusion_cut_short_is_finished_by_ordering_it_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenswright.dataset.fused_source.CHUNK_PHOTOS", 8)
    ticks = iter(range(4))

    def clock() -> float:
        if next(ticks, None) is None:
            raise StorageFailure("The disk is full.")
        return NOW

    with pytest.raises(StorageFailure):
        Fusion(database, clock=clock).fuse(wish(0.2), by="somebody")
    kept = len(photos(database))
    assert 0 < kept < 36
    done = fuse(database, wish(0.2))
    assert (done.stored, done.duplicates) == (36 - kept, kept)
    assert len(done.held_out["dog"]) == 2
