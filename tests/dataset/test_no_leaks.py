"""Whatever is done in whatever order: photos that look alike are never in two splits."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edit_history import edits_page
from lenswright.dataset.example import SPLITS
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.looks import Look
from lenswright.dataset.paging import Page
from lenswright.dataset.refusals import CannotUndo
from lenswright.dataset.regrouping import merge_groups
from lenswright.dataset.undo import undo
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import encode, make_pixels
from tests.databases import Databases

TASK = "shapes"
PICTURES = 3
LEVELS = 5  # each is near the next, but not the one after that: chains, in which groups can meet
LEVEL = 25

labels = st.sampled_from([None, "circle", "square"])
uploads = st.lists(
    st.tuples(
        st.integers(0, PICTURES - 1),
        st.integers(0, LEVELS - 1),
        st.sampled_from(["PNG", "JPEG"]),
        labels,
        st.sampled_from([None, *SPLITS]),
    ),
    min_size=1,
    max_size=5,
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), uploads),
        st.tuples(st.sampled_from(["delete", "restore", "undo"]), st.integers(0, 30)),
        st.tuples(st.just("merge"), st.tuples(st.integers(0, 30), st.integers(0, 30))),
        st.tuples(st.just("label"), st.tuples(st.integers(0, 30), labels)),
        st.just(("restart", None)),
    ),
    min_size=2,
    max_size=12,
)


@cache
def picture(number: int, level: int, format: str) -> bytes:
    """Return a drawn picture, brighter with every level; another format is a near-duplicate."""
    pixels = make_pixels(seed=number, size=(96, 80)) // 2  # room above
    return encode(Image.fromarray((pixels + np.uint8(LEVEL * level)).astype(np.uint8)), format)


class World:
    """A task on disk, and what people do to it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder = database, folder
        self.do_restart(None)

    def do(self, act: str, what: Any) -> None:
        getattr(self, f"do_{act}")(what)

    def do_restart(self, _: None) -> None:
        self._intake = Intake(self.database, Blobs(str(self._folder)), limits=DecodeLimits())

    def do_upload(self, wanted: list[tuple[int, int, str, str | None, str | None]]) -> None:
        sent = [
            Upload("x", picture(number, level, format), label, split)
            for number, level, format, label, split in wanted
        ]
        list(self._intake.take(TASK, sent, source="test"))

    def do_label(self, what: tuple[int, str | None]) -> None:
        place, label = what
        present = [row.id for row in self.rows() if row.deleted_at is None]
        if present:
            relabel(self.database, TASK, [present[place % len(present)]], [label], by="me")

    def do_delete(self, place: int) -> None:
        if rows := self.rows():
            delete_photos(self.database, TASK, [rows[place % len(rows)].id], by="me")

    def do_restore(self, place: int) -> None:
        if rows := self.rows():
            restore_photos(self.database, TASK, [rows[place % len(rows)].id], by="me")

    def do_merge(self, places: tuple[int, int]) -> None:
        if rows := self.rows():
            one, other = (rows[place % len(rows)].id for place in places)
            merge_groups(self.database, TASK, [(one, other)], by="me", now=5.0)

    def do_undo(self, place: int) -> None:
        _, edits = edits_page(self.database, TASK, page=Page(size=500))
        if edits:
            try:
                undo(self.database, edits[place % len(edits)].id, by="me")
            except CannotUndo:
                return

    def rows(self) -> list[PhotoRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(PhotoRow).order_by(PhotoRow.id)))


@contextmanager
def new_world(databases: Databases) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name, databases.migrated(Path(name)) as url:
        database = open_database(url)
        try:
            yield World(database, Path(name) / "uploads")
        finally:
            database.close()


def are_near(one: PhotoRow, other: PhotoRow) -> bool:
    index = DuplicateIndex(TASK)
    index.add(1, Look(one.dhash, one.colours), 1)
    return index.neighbours(Look(other.dhash, other.colours)).group_id == 1


def leaks(rows: list[PhotoRow]) -> list[tuple[int, int]]:
    """Return the pairs of photos in different splits that look alike or are of one group."""
    used = [row for row in rows if row.split in SPLITS]
    return [
        (one.id, other.id)
        for one, other in combinations(used, 2)
        if one.split != other.split and (one.group_id == other.group_id or are_near(one, other))
    ]


def test_the_pictures_make_chains(databases: Databases) -> None:
    with new_world(databases) as world:
        world.do_upload([(0, level, "PNG", None, None) for level in range(3)])
        world.do_upload([(0, 0, "JPEG", None, None), (1, 0, "PNG", None, None)])
        dark, middle, bright, copy, another = world.rows()
    assert are_near(dark, middle)
    assert are_near(middle, bright)
    assert are_near(dark, copy)
    assert not are_near(dark, bright)
    assert not are_near(dark, another)


def test_a_leak_would_be_seen(databases: Databases) -> None:
    with new_world(databases) as world:
        world.do_upload([(0, level, "PNG", "circle", "train") for level in range(3)])
        with world.database.writing() as session:
            session.get_one(PhotoRow, 2).split = "test"
        assert leaks(world.rows()) == [(1, 2), (2, 3)]


def test_a_split_is_not_given_back_to_a_photo_whose_likes_went_to_another(databases: Databases) -> None:
    with new_world(databases) as world:
        world.do_upload([(0, 0, "PNG", None, None)])
        relabel(world.database, TASK, [1], ["circle"], by="me")
        undo(world.database, 2, by="me")
        world.do_upload([(0, 0, "JPEG", "circle", "test")])
        done = undo(world.database, 3, by="me")
        assert (done.edit, done.changed) == (None, 0)
        assert done.skipped[0].reason == "Photos that look like it are in the split test now, not train."
        assert [(row.label, row.split) for row in world.rows()] == [(None, None), ("circle", "test")]
        relabel(world.database, TASK, [1], ["circle"], by="me")
        assert [row.split for row in world.rows()] == ["test", "test"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=acts)
def test_photos_that_look_alike_are_never_in_two_splits(
    databases: Databases, acts: list[tuple[str, Any]]
) -> None:
    with new_world(databases) as world:
        for act, what in acts:
            world.do(act, what)
            assert leaks(world.rows()) == []
