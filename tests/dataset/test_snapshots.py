"""Data sets are frozen as they are and come back so, whatever happened since."""

import pytest

from lenswright.dataset.paging import Page
from lenswright.dataset.snapshots import (
    Snapshot,
    freeze,
    frozen_photos_page,
    snapshot,
    snapshots_page,
    thaw,
)
from lenswright.dataset.statistics import data_hash, labelled_photos
from lenswright.errors import NotFound
from lenswright.storage.database import Database
from tests.dataset.history import TASK, add_photo, bin_, change, forget, learn


def frozen_now(database: Database) -> int:
    return freeze(database, TASK, labelled_photos(database, TASK), clock=lambda: 7.0)


def test_a_snapshot_keeps_labels_and_splits_that_change_later(database: Database) -> None:
    first, second = add_photo(database, "p"), add_photo(database, "q", "b", "test")
    before = data_hash(labelled_photos(database, TASK))
    frozen = frozen_now(database)
    change(database, first, label="b")
    change(database, second, label=None, split="unused")
    thawed = thaw(database, frozen)
    assert [(p.id, p.label, p.split) for p in thawed.photos] == [
        (first.id, "a", "train"),
        (second.id, "b", "test"),
    ]
    assert data_hash(thawed.photos) == before == snapshot(database, frozen).data_hash
    assert (thawed.gone, thawed.lost_classes) == ((), ())


def test_the_same_data_is_frozen_once_and_other_data_anew(database: Database) -> None:
    photo = add_photo(database, "p")
    first = frozen_now(database)
    assert frozen_now(database) == first
    change(database, photo, label="b")
    assert frozen_now(database) != first
    change(database, photo, label="a")
    assert frozen_now(database) == first


def test_a_picture_that_was_forgotten_and_came_again_is_another_photo(database: Database) -> None:
    old = add_photo(database, "p")
    first = frozen_now(database)
    forget(database, old)
    new = add_photo(database, "p")
    second = frozen_now(database)
    assert snapshot(database, first).data_hash == snapshot(database, second).data_hash
    assert [photo.id for photo in thaw(database, second).photos] == [new.id]
    assert frozen_now(database) == second


def test_many_photos_are_frozen_in_parts_without_losing_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenswright.dataset.snapshots.ROWS_AT_ONCE", 3)
    photos = [add_photo(database, f"p{number}") for number in range(8)]
    frozen = freeze(database, TASK, photos[::-1])
    assert [photo.id for photo in thaw(database, frozen).photos] == [photo.id for photo in photos]
    assert snapshot(database, frozen).photos == 8


def test_what_is_gone_is_left_out_and_named_with_the_classes_that_went_with_it(database: Database) -> None:
    kept, binned, forgotten = (
        add_photo(database, "p"),
        add_photo(database, "q", "b"),
        add_photo(database, "r"),
    )
    frozen = frozen_now(database)
    bin_(database, binned)
    forget(database, forgotten)
    thawed = thaw(database, frozen)
    assert [photo.id for photo in thawed.photos] == [kept.id]
    assert thawed.gone == ("q.jpg", f"photo {forgotten.id}")
    assert thawed.lost_classes == ("b",)


def test_snapshots_are_listed_newest_first_with_their_runs_and_models(database: Database) -> None:
    photo = add_photo(database, "p")
    first = learn(database, "v1", at=100)
    assert learn(database, "v2", at=200) == first
    change(database, photo, label="b")
    second = learn(database, "v3", at=300)
    total, listed = snapshots_page(database, TASK)
    assert total == 2
    assert listed == [snapshot(database, second), snapshot(database, first)]
    assert listed[1] == Snapshot(first, TASK, listed[1].data_hash, 100, 1, runs=(1, 2), versions=("v1", "v2"))
    assert snapshots_page(database, TASK, Page(2, 1)) == (2, [listed[1]])
    assert snapshots_page(database, "another task") == (0, [])


def test_the_photos_of_a_snapshot_come_in_pages_beside_what_they_are_now(database: Database) -> None:
    photos = [add_photo(database, name) for name in "pqr"]
    frozen = frozen_now(database)
    change(database, photos[0], label="b")
    bin_(database, photos[2])
    first = frozen_photos_page(database, frozen, Page(1, 2))
    last = frozen_photos_page(database, frozen, Page(2, 2))
    assert all(isinstance(p.gone, bool) for p in [*first, *last])
    assert [(p.photo_id, p.label, p.label_now, p.gone) for p in [*first, *last]] == [
        (photos[0].id, "a", "b", False),
        (photos[1].id, "a", "a", False),
        (photos[2].id, "a", "a", True),
    ]


@pytest.mark.parametrize("unknown", [0, -1, 99, 2**62, 2**70])
def test_an_unknown_snapshot_is_said_to_be_so(database: Database, unknown: int) -> None:
    with pytest.raises(NotFound, match="no snapshot"):
        snapshot(database, unknown)
    with pytest.raises(NotFound, match="no snapshot"):
        thaw(database, unknown)
