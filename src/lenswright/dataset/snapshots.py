"""Frozen data sets: the photos, labels and splits that a run learnt from, exactly as they were.

A run freezes its photos before it reads the first of them. Runs on the same data share one snapshot.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lenswright.dataset.example import PHOTO_COLUMNS, Photo
from lenswright.dataset.lineage import versions_of
from lenswright.dataset.paging import FIRST_PAGE, Page
from lenswright.dataset.statistics import data_hash
from lenswright.errors import Conflict, NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, SnapshotPhotoRow, SnapshotRow
from lenswright.storage.tables import RunRow

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Snapshot:
    """A frozen data set; `photos` is their number, `created_at` epoch seconds.

    `runs` that learnt from it and the `versions` they made, oldest first.
    """

    id: int
    task: str
    data_hash: str
    created_at: float
    photos: int
    runs: tuple[int, ...]
    versions: tuple[str, ...]


@dataclass(frozen=True)
class FrozenPhoto:
    """A photo of a snapshot as it was then; `label_now` and whether it is `gone` (binned or forgotten)."""

    photo_id: int
    label: str
    split: str
    label_now: str | None
    gone: bool


@dataclass(frozen=True)
class Thawed:
    """What is left of a snapshot: its `photos` with the labels and splits of then, oldest first.

    `gone`: names of those in the bin or forgotten; `lost_classes`: labels that none of the rest has.
    """

    photos: list[Photo]
    gone: tuple[str, ...]
    lost_classes: tuple[str, ...]

    def refuse_lost_classes(self) -> None:
        """Raise Conflict if a class is gone: what was learnt with it cannot be continued without it."""
        if self.lost_classes:
            raise Conflict(
                "Expected photos of every class that the run began with."
                f" There are none any more of: {', '.join(self.lost_classes[:20])}."
            )


def freeze(
    database: Database, task: str, photos: Sequence[Photo], *, clock: Callable[[], float] = time.time
) -> int:
    """Return the snapshot of the labelled `photos` of `task`: a new one, unless there is the same already."""
    digest = data_hash(photos)
    oldest_first = sorted(photos, key=lambda photo: photo.id)
    with database.writing() as session:
        known = _same(session, task, digest, [photo.id for photo in oldest_first])
        if known is not None:
            return known
        row = SnapshotRow(task=task, data_hash=digest, created_at=clock(), photos=len(photos))
        session.add(row)
        session.flush()
        for first in range(0, len(photos), ROWS_AT_ONCE):
            some = oldest_first[first : first + ROWS_AT_ONCE]
            session.execute(insert(SnapshotPhotoRow), [_frozen(row.id, photo) for photo in some])
        return row.id


def snapshot(database: Database, snapshot_id: int, *, task: str | None = None) -> Snapshot:
    """Return one snapshot of any task. Raises NotFound, also for one that is not of `task`."""
    with database.reading() as session:
        row = _row(session, snapshot_id)
        if task not in (None, row.task):
            raise NotFound("snapshot", snapshot_id)
        return _described(session, [row])[0]


def snapshots_page(database: Database, task: str, page: Page = FIRST_PAGE) -> tuple[int, list[Snapshot]]:
    """Return how many snapshots `task` has, and those of the page, newest first."""
    query = select(SnapshotRow).where(SnapshotRow.task == task).order_by(SnapshotRow.id.desc())
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(query.subquery())).one()
        rows = session.scalars(query.offset(page.offset).limit(page.size)).all()
        return total, _described(session, rows)


def frozen_photos_page(database: Database, snapshot_id: int, page: Page = FIRST_PAGE) -> list[FrozenPhoto]:
    """Return the photos of a page of a snapshot, oldest first."""
    query = (
        select(
            SnapshotPhotoRow.photo_id,
            SnapshotPhotoRow.label,
            SnapshotPhotoRow.split,
            PhotoRow.label,
            PhotoRow.id.is_(None) | PhotoRow.deleted_at.is_not(None),
        )
        .outerjoin(PhotoRow, PhotoRow.id == SnapshotPhotoRow.photo_id)
        .where(SnapshotPhotoRow.snapshot_id == snapshot_id)
        .order_by(SnapshotPhotoRow.photo_id)
    )
    with database.reading() as session:
        rows = session.execute(query.offset(page.offset).limit(page.size))
        return [FrozenPhoto(*row) for row in rows]


def thaw(database: Database, snapshot_id: int) -> Thawed:
    """Return the photos of a snapshot as they were then, as far as they are there still. Raises NotFound."""
    query = (
        select(SnapshotPhotoRow.photo_id, SnapshotPhotoRow.label, SnapshotPhotoRow.split, *PHOTO_COLUMNS)
        .outerjoin(PhotoRow, PhotoRow.id == SnapshotPhotoRow.photo_id)
        .where(SnapshotPhotoRow.snapshot_id == snapshot_id)
        .order_by(SnapshotPhotoRow.photo_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    photos: list[Photo] = []
    gone: list[str] = []
    classes: set[str] = set()
    with database.reading() as session:
        _row(session, snapshot_id)
        for photo_id, label, split, *values in session.execute(query):
            classes.add(label)
            now = None if values[0] is None else Photo(*values)
            if now is None or now.deleted_at is not None:
                gone.append((now and now.filename) or f"photo {photo_id}")
            else:
                photos.append(replace(now, label=label, split=split))
    lost = classes - {str(photo.label) for photo in photos}
    return Thawed(photos, tuple(gone), tuple(sorted(lost)))


def _same(session: Session, task: str, digest: str, ids: list[int]) -> int | None:
    """Return the snapshot of exactly these photos, if there is one.

    The same pictures may be other photos: forgotten, and taken in again.
    """
    alike = select(SnapshotRow.id).where(SnapshotRow.task == task, SnapshotRow.data_hash == digest)
    for snapshot_id in session.scalars(alike.order_by(SnapshotRow.id)).all():
        frozen = select(SnapshotPhotoRow.photo_id).where(SnapshotPhotoRow.snapshot_id == snapshot_id)
        if session.scalars(frozen.order_by(SnapshotPhotoRow.photo_id)).all() == ids:
            return snapshot_id
    return None


def _frozen(snapshot_id: int, photo: Photo) -> dict[str, object]:
    return {"snapshot_id": snapshot_id, "photo_id": photo.id, "label": photo.label, "split": photo.split}


def _row(session: Session, snapshot_id: int) -> SnapshotRow:
    row = session.get(SnapshotRow, snapshot_id) if 0 < snapshot_id <= LARGEST_ID else None
    if row is None:
        raise NotFound("snapshot", snapshot_id)
    return row


def _described(session: Session, rows: Iterable[SnapshotRow]) -> list[Snapshot]:
    by_id = {row.id: row for row in rows}
    runs, versions = defaultdict[int, list[int]](list), defaultdict[int, list[str]](list)
    query = select(RunRow.snapshot_id, RunRow.id).where(RunRow.snapshot_id.in_([*by_id]))
    for snapshot_id, run_id in session.execute(query.order_by(RunRow.id)):
        runs[int(snapshot_id or 0)].append(run_id)
    for snapshot_id, version in versions_of(session, by_id):
        versions[snapshot_id].append(version)
    return [
        Snapshot(
            row.id, row.task, row.data_hash, row.created_at, row.photos,
            tuple(runs[row.id]), tuple(versions[row.id]),
        )
        for row in by_id.values()
    ]  # fmt: skip
