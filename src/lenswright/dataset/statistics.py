"""What is in the data set: counts, problems, pages of photos."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lenswright.dataset.example import SPLITS, UNUSED, Photo, as_photo, present
from lenswright.dataset.labelling import LARGEST_ID
from lenswright.dataset.labels import is_label
from lenswright.dataset.problems import Problem, find_problems
from lenswright.errors import NotFound
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
        sources = select(PhotoRow.source, func.count()).where(mine).group_by(PhotoRow.source)
        by_source = dict(session.execute(sources.order_by(PhotoRow.source)).all())
    splits = {split: sum(getattr(entry, split) for entry in classes) for split in (*SPLITS, UNUSED)}
    labelled = sum(splits.values())
    totals = {entry.label: entry.total for entry in classes}
    problems = find_problems(totals, splits=splits, unlabelled=total - labelled)
    return DatasetStatistics(task, total, labelled, classes, splits, by_source, int(size_bytes), problems)


def tasks(database: Database) -> list[str]:
    """Return the tasks that have photos, sorted."""
    with database.reading() as session:
        return list(
            session.scalars(
                select(PhotoRow.task).distinct().where(PhotoRow.deleted_at.is_(None)).order_by(PhotoRow.task)
            )
        )


def photos_page(
    database: Database,
    task: str,
    *,
    label: str | None = None,
    split: str | None = None,
    page: int = 1,
    page_size: int = 50,
) -> tuple[int, list[Photo]]:
    """Return how many photos match, and those of page 1, 2, ... of them, newest first."""
    if label is not None and not is_label(label):
        return 0, []  # no photo has it, and a database may refuse to look for a NUL
    conditions = [present(task)]
    conditions += [PhotoRow.label == label] if label is not None else []
    conditions += [PhotoRow.split == split] if split is not None else []
    query = select(PhotoRow).where(*conditions).order_by(PhotoRow.id.desc())
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(PhotoRow).where(*conditions)).one()
        rows = session.scalars(query.offset((page - 1) * page_size).limit(page_size))
        return total, [as_photo(row) for row in rows]


def photo(database: Database, photo_id: int) -> Photo:
    """Return one photo of any task. Raises NotFound."""
    with database.reading() as session:
        row = session.get(PhotoRow, photo_id) if 0 < photo_id <= LARGEST_ID else None
    if row is None:
        raise NotFound("photo", photo_id)
    return as_photo(row)


def labelled_photos(database: Database, task: str) -> list[Photo]:
    """Return the labelled photos of the three splits, oldest first."""
    query = select(PhotoRow).where(present(task), PhotoRow.label.is_not(None), PhotoRow.split.in_(SPLITS))
    with database.reading() as session:
        return [as_photo(row) for row in session.scalars(query.order_by(PhotoRow.id))]


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
