"""Splits: stable, stratified, and never with a near-duplicate on the other side."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lenswright.dataset.duplicates import NEAR_BITS, DuplicateIndex
from lenswright.dataset.example import SPLITS
from lenswright.dataset.labelling import Labeller
from lenswright.dataset.looks import Look
from lenswright.dataset.split import next_split
from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import PhotoRow
from tests.databases import Databases

few_bits = st.integers(0, 63).flatmap(lambda bits: st.just(bits * 0x0101))
hashes = st.lists(few_bits, min_size=1, max_size=25)


def test_the_first_four_photos_of_a_class_fill_every_split() -> None:
    counts: Counter[str] = Counter()
    order = []
    for _ in range(4):
        split = next_split(counts)
        counts[split] += 1
        order.append(split)
    assert order == ["train", "test", "validation", "train"]


@pytest.mark.parametrize("photos", [20, 100, 1000, 1003])
def test_many_photos_go_to_the_splits_80_to_10_to_10(photos: int) -> None:
    counts: Counter[str] = Counter()
    for _ in range(photos):
        counts[next_split(counts)] += 1
    assert abs(counts["train"] - 0.8 * photos) <= 1
    assert abs(counts["test"] - 0.1 * photos) <= 1
    assert abs(counts["validation"] - 0.1 * photos) <= 1


def test_a_split_that_others_filled_is_made_up_for() -> None:
    assert next_split(Counter(train=50)) == "test"
    assert next_split(Counter(train=50, test=5)) == "validation"
    assert next_split(Counter(test=3, validation=1)) == "train"


def row(dhash: int, number: int) -> PhotoRow:
    return PhotoRow(
        task="shapes",
        sha256=f"{number:064}",
        pixel_sha256=f"{number:064}",
        dhash=dhash,
        width=1,
        height=1,
        size_bytes=1,
        format="PNG",
        filename="x",
        source="test",
        uploaded_at=0.0,
    )


def store(
    database: Database, dhashes: Sequence[int], labels: Sequence[str | None], given: Sequence[str | None]
) -> None:
    """Enter photos one after another as the intake does, in one transaction."""
    with database.writing() as session:
        index = DuplicateIndex("shapes")
        labeller = Labeller(session, "shapes", 0.0, index)
        for number, (dhash, label, split) in enumerate(zip(dhashes, labels, given, strict=True)):
            new = row(dhash, number)
            session.add(new)
            session.flush()
            new.group_id = index.neighbours(Look(dhash)).group_id or new.id
            index.add(new.id, Look(dhash), new.group_id)
            if label is not None:
                labeller.label(new, label, split)


def label_rest(database: Database, order: Sequence[int]) -> None:
    """Label what has no label yet, each in a transaction of its own, as corrections come in."""
    for place in order:
        with database.writing() as session:
            without = session.scalars(
                select(PhotoRow).where(PhotoRow.label.is_(None)).order_by(PhotoRow.id)
            ).all()
            if without:
                Labeller(session, "shapes", 1.0).label(without[place % len(without)], "b")


def assert_no_leaks(database: Database) -> None:
    with database.reading() as session:
        photos = session.scalars(select(PhotoRow).where(PhotoRow.split.in_(SPLITS))).all()
    for one, other in combinations(photos, 2):
        alike = (one.dhash ^ other.dhash).bit_count() <= NEAR_BITS or one.group_id == other.group_id
        assert not alike or one.split == other.split


@settings(max_examples=60, deadline=None)
@given(data=st.data(), dhashes=hashes)
def test_near_duplicates_never_straddle_splits(
    databases: Databases, data: st.DataObject, dhashes: list[int]
) -> None:
    """Hashes of few bits make chains: a is near b and b near c, while a is not near c."""
    several = {"min_size": len(dhashes), "max_size": len(dhashes)}
    labels = data.draw(st.lists(st.sampled_from(["a", "b", None]), **several))
    given_splits = data.draw(st.lists(st.sampled_from([None, *SPLITS]), **several))
    order = data.draw(st.lists(st.integers(0, 100), min_size=len(dhashes), max_size=len(dhashes)))
    with tempfile.TemporaryDirectory() as folder, databases.migrated(Path(folder)) as url:
        database = open_database(url)
        store(database, dhashes, labels, given_splits)
        assert_no_leaks(database)
        label_rest(database, order)
        assert_no_leaks(database)
        database.close()


def test_a_photo_near_photos_of_two_splits_is_used_in_neither(database: Database) -> None:
    near_both, one, other = 0b1111, 0, 0b1111_1111
    store(database, [one, other, near_both], ["a"] * 3, ["train", "test", "train"])
    with database.reading() as session:
        assert list(session.scalars(select(PhotoRow.split).order_by(PhotoRow.id))) == [
            "train",
            "test",
            "unused",
        ]


def test_a_given_split_is_obeyed_unless_a_near_duplicate_has_another(database: Database) -> None:
    store(database, [0, 1, 0xFFFF_FFFF], ["a"] * 3, ["test", "train", "validation"])
    with database.reading() as session:
        assert list(session.scalars(select(PhotoRow.split).order_by(PhotoRow.id))) == [
            "test",
            "test",
            "validation",
        ]
