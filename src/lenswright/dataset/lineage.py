"""Which models saw which photos: from a photo to the data sets it was in, to the runs, to their versions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, SnapshotPhotoRow
from lenswright.storage.tables import RunRow, VersionRow

PHOTOS_AT_ONCE = 500  # what one statement may name


@dataclass(frozen=True)
class Sighting:
    """A model that saw a photo; `split` and `label` as they were then, `at` epoch seconds of the model."""

    version: str
    run_id: int
    snapshot: int
    split: str
    label: str
    at: float


def models_that_saw(database: Database, photo_id: int) -> list[Sighting]:
    """Return every model whose run had the photo in one of its splits, newest first."""
    query = _seen(
        VersionRow.version,
        RunRow.id,
        SnapshotPhotoRow.snapshot_id,
        SnapshotPhotoRow.split,
        SnapshotPhotoRow.label,
        VersionRow.created_at,
    ).where(SnapshotPhotoRow.photo_id == photo_id)
    newest_first = query.order_by(VersionRow.created_at.desc(), VersionRow.version.desc())
    with database.reading() as session:
        return [Sighting(*row) for row in session.execute(newest_first)]


def versions_that_saw(database: Database, photo_ids: Iterable[int]) -> list[str]:
    """Return the models that saw at least one of the photos, by name, which is by age."""
    wanted, found = [*photo_ids], set[str]()
    with database.reading() as session:
        for first in range(0, len(wanted), PHOTOS_AT_ONCE):
            some = wanted[first : first + PHOTOS_AT_ONCE]
            query = _seen(VersionRow.version).distinct().where(SnapshotPhotoRow.photo_id.in_(some))
            found.update(session.scalars(query))
    return sorted(found)


def forgotten_photos(database: Database, task: str) -> dict[str, int]:
    """Return how many photos that each model of `task` saw were forgotten since; without those of none."""
    counts = (
        select(SnapshotPhotoRow.snapshot_id, func.count().label("photos"))
        .join(PhotoRow, PhotoRow.id == SnapshotPhotoRow.photo_id)
        .where(PhotoRow.task == task, PhotoRow.forgotten_at > 0)  # finds the few by their index
        .group_by(SnapshotPhotoRow.snapshot_id)
        .subquery()
    )
    query = (
        select(VersionRow.version, counts.c.photos)
        .join(RunRow, _made_it())
        .join(counts, counts.c.snapshot_id == RunRow.snapshot_id)
        .where(VersionRow.task == task)
    )
    with database.reading() as session:
        return dict(session.execute(query).all())


def snapshot_of(session: Session, version: str) -> int | None:
    """Return the data set that a model learnt from, None if it is not known."""
    query = select(RunRow.snapshot_id).join(VersionRow, _made_it()).where(VersionRow.version == version)
    return session.scalars(query).first()


def versions_of(session: Session, snapshot_ids: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield (data set, model) of every model that learnt from one of the data sets, oldest first."""
    query = select(RunRow.snapshot_id, VersionRow.version).join(VersionRow, _made_it())
    oldest_first = query.order_by(VersionRow.created_at, VersionRow.version)
    for snapshot_id, version in session.execute(oldest_first.where(RunRow.snapshot_id.in_([*snapshot_ids]))):
        if snapshot_id is not None:
            yield snapshot_id, version


def _seen(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(SnapshotPhotoRow)
        .join(RunRow, RunRow.snapshot_id == SnapshotPhotoRow.snapshot_id)
        .join(VersionRow, _made_it())
    )


def _made_it() -> ColumnElement[bool]:
    """Return the condition for the run that made a version.

    A bundle that was copied here from another home names a run of that home: its number alone would
    point to a run of ours, which it cannot have been made in the time of.
    """
    return and_(
        VersionRow.run_id == RunRow.id,
        VersionRow.task == RunRow.task,
        VersionRow.created_at >= RunRow.created_at,
        VersionRow.created_at <= func.coalesce(RunRow.ended_at, VersionRow.created_at),
    )
