"""What is in the data set: counts, problems, the photos to train on."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lenswright.dataset.example import SPLITS, UNUSED, Photo, as_photo, photos_of, present
from lenswright.dataset.problems import Problem, find_problems
from lenswright.dataset.reviews import PREDICTED
from lenswright.errors import NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow


@dataclass(frozen=True)
class ClassCounts:
    """How many photos of one class are in each split."""

    label: str
    train: int
    validation: int
    test: int
    unused: int

    @property
    def total(self) -> int:
        return self.train + self.validation + self.test + self.unused


@dataclass(frozen=True)
class DatasetStatistics:
    """The counts of one task; `classes` by name, `splits` and `sources` with every key that occurs."""

    task: str
    total: int
    labelled: int
    classes: tuple[ClassCounts, ...]
    splits: dict[str, int]
    sources: dict[str, int]
    size_bytes: int
    problems: tuple[Problem, ...]

    @property
    def unlabelled(self) -> int:
        return self.total - self.labelled


def dataset_statistics(database: Database, task: str) -> DatasetStatistics:
    """Return the counts of `task`; all zero for a task without photos."""
    mine = present(task)
    with database.reading() as session:
        total, size_bytes = session.execute(
            select(func.count(), func.coalesce(func.sum(PhotoRow.size_bytes), 0)).where(mine)
        ).one()
        classes = _classes(session, mine)
        sources = select(PhotoRow.source, func.count(), func.count(PhotoRow.label)).where(mine)
        by_source = session.execute(sources.group_by(PhotoRow.source).order_by(PhotoRow.source)).all()
    splits = {split: sum(getattr(entry, split) for entry in classes) for split in (*SPLITS, UNUSED)}
    labelled = sum(splits.values())
    totals = {entry.label: entry.total for entry in classes}
    # photos of predictions wait in the review queue, and are nobody's omission
    overlooked = sum(count - named for source, count, named in by_source if source != PREDICTED)
    problems = find_problems(totals, splits=splits, unlabelled=overlooked)
    counts = {source: count for source, count, _ in by_source}
    return DatasetStatistics(task, total, labelled, classes, splits, counts, int(size_bytes), problems)


def tasks(database: Database) -> list[str]:
    """Return the tasks that have photos, sorted."""
    with database.reading() as session:
        return list(
            session.scalars(
                select(PhotoRow.task).distinct().where(PhotoRow.deleted_at.is_(None)).order_by(PhotoRow.task)
            )
        )


def photo(database: Database, photo_id: int) -> Photo:
    """Return one photo of any task, also one in the bin. Raises NotFound, also for a forgotten one."""
    with database.reading() as session:
        row = session.get(PhotoRow, photo_id) if 0 < photo_id <= LARGEST_ID else None
    if row is None or row.forgotten_at is not None:
        raise NotFound("photo", photo_id)
    return as_photo(row)


def labelled_photos(database: Database, task: str, *, unused: bool = False) -> list[Photo]:
    """Return the labelled photos of the three splits, and of none of them if `unused`, oldest first."""
    splits = (*SPLITS, UNUSED) if unused else SPLITS
    query = select(PhotoRow).where(present(task), PhotoRow.label.is_not(None), PhotoRow.split.in_(splits))
    with database.reading() as session:
        return [*photos_of(session, query.order_by(PhotoRow.id))]


def data_hash(photos: Iterable[Photo]) -> str:
    """Return sha256 hex over pixels, label and split of `photos`, whatever their order."""
    lines = sorted(f"{entry.pixel_sha256}\t{entry.label}\t{entry.split}\n" for entry in photos)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _classes(session: Session, mine: ColumnElement[bool]) -> tuple[ClassCounts, ...]:
    query = select(PhotoRow.label, PhotoRow.split, func.count()).where(mine, PhotoRow.label.is_not(None))
    counts: dict[str, dict[str, int]] = {}
    for label, split, count in session.execute(query.group_by(PhotoRow.label, PhotoRow.split)):
        counts.setdefault(str(label), dict.fromkeys((*SPLITS, UNUSED), 0))[str(split)] = count
    return tuple(ClassCounts(label, **counts[label]) for label in sorted(counts))
