"""Near-duplicates never straddle in a fused task, wherever they come from and however it grew."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, count
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lenswright.dataset.duplicates import NEAR_BITS
from lenswright.dataset.example import SPLITS, UNUSED
from lenswright.dataset.fusion import Fusion
from lenswright.dataset.fusion_wish import FusionSource, FusionWish
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.dataset.conftest import NOW

TURNS = 9
numbers = count()


class Shot(NamedTuple):
    """A photo of one of four scenes; each `turn` changes one bit, so that the ends are no neighbours.

    Photos of one `burst` are one group, whatever they look like: somebody, or a check, said so.
    """

    breed: int
    scene: int
    turn: int
    burst: int

    @property
    def pixels(self) -> str:
        return f"scene {self.scene} turn {self.turn}"

    @property
    def dhash(self) -> int:
        scene = int.from_bytes(hashlib.sha256(str(self.scene).encode()).digest()[:6], "big")
        return scene << 15 | ((1 << self.turn) - 1)


SHOTS = st.lists(
    st.builds(Shot, st.integers(0, 5), st.integers(0, 3), st.integers(0, TURNS), st.integers(0, 15)),
    max_size=16,
    unique_by=lambda shot: shot.pixels,
)
with_one_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def enter(database: Database, task: str, shots: Sequence[Shot]) -> dict[int, set[str]]:
    """Store rows as an intake and a regrouping leave them; return the pictures of each burst."""
    bursts: defaultdict[int, set[str]] = defaultdict(set)
    first: dict[int, int] = {}
    with database.writing() as session:
        for shot in shots:
            row = PhotoRow(
                task=task, label=f"breed {shot.breed}", split="train", sha256="", pixel_sha256=shot.pixels,
                dhash=shot.dhash, width=8, height=8, size_bytes=1, format="JPEG", filename="x.jpg",
                source="test", uploaded_at=NOW,
            )  # fmt: skip
            session.add(row)
            session.flush()
            row.group_id = first.setdefault(shot.burst, row.id)
            bursts[shot.burst].add(shot.pixels)
    return bursts


def fuse(database: Database, task: str, sources: Sequence[str], hold_out: float) -> list[PhotoRow]:
    """Fuse the sources, all breeds of them to dogs; return the photos that are used."""
    wish = FusionWish(task, tuple(FusionSource(name, {"*": "dog"}) for name in sources), hold_out)
    Fusion(database, clock=lambda: NOW).fuse(wish, by="somebody")
    with database.reading() as session:
        rows = session.scalars(select(PhotoRow).where(PhotoRow.task == task)).all()
    return [row for row in rows if row.split != UNUSED]


def assert_no_leak(rows: Sequence[PhotoRow]) -> None:
    """Assert that no group, and no two photos that look alike, are in two splits."""
    groups: defaultdict[int | None, set[str | None]] = defaultdict(set)
    for row in rows:
        groups[row.group_id].add(row.split)
    assert {len(splits) for splits in groups.values()} <= {1}
    assert all(splits <= set(SPLITS) for splits in groups.values())
    for one, other in combinations(rows, 2):
        alike = (one.dhash ^ other.dhash).bit_count() <= NEAR_BITS
        assert not alike or one.split == other.split


@with_one_database
@given(SHOTS.filter(bool), SHOTS.filter(bool), st.sampled_from([0.0, 0.3]))
def test_no_group_of_any_source_straddles(
    database: Database, ours: list[Shot], theirs: list[Shot], hold_out: float
) -> None:
    run = next(numbers)
    bursts = enter(database, f"ours-{run}", ours), enter(database, f"theirs-{run}", theirs)
    rows = fuse(database, f"new-{run}", [f"ours-{run}", f"theirs-{run}"], hold_out)
    assert_no_leak(rows)
    for name, groups in zip(("ours", "theirs"), bursts, strict=True):
        for pictures in groups.values():
            members = [row for row in rows if row.pixel_sha256 in pictures]
            if any(row.source.startswith(name) for row in members):  # else all were there before
                assert len({row.split for row in members}) == 1


@with_one_database
@given(SHOTS.filter(bool), SHOTS, SHOTS, st.sampled_from([0.0, 0.3]))
def test_nor_does_one_when_the_task_and_its_sources_grow(
    database: Database, before: list[Shot], ours: list[Shot], later: list[Shot], hold_out: float
) -> None:
    run = next(numbers)
    enter(database, f"new-{run}", before)  # all of them train
    seen = {shot.pixels for shot in ours}
    enter(database, f"ours-{run}", ours or before)
    fuse(database, f"new-{run}", [f"ours-{run}"], hold_out)
    enter(database, f"ours-{run}", [shot for shot in later if ours and shot.pixels not in seen])
    rows = fuse(database, f"new-{run}", [f"ours-{run}"], hold_out)
    assert_no_leak(rows)


@with_one_database
@given(SHOTS.filter(bool))
def test_a_held_out_breed_is_in_no_other_split(database: Database, shots: list[Shot]) -> None:
    run = next(numbers)
    enter(database, f"ours-{run}", shots)
    splits: defaultdict[str, set[str | None]] = defaultdict(set)
    breeds = {shot.breed for shot in shots}
    for row in fuse(database, f"new-{run}", [f"ours-{run}"], 0.3):
        splits[row.source].add(row.split)
    if len(breeds) >= 3:
        assert {len(found) for found in splits.values()} == {1}
