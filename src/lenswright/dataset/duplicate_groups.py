"""Groups of photos that look alike, for people to look at."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from lenswright.dataset.example import SPLITS, Photo, as_photo, present
from lenswright.dataset.paging import Page
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

SHOWN = 24  # photos of one group; a broken camera makes groups of thousands


@dataclass(frozen=True)
class DuplicateGroup:
    """`count` photos that look alike, of which `photos` are the oldest; `labels` are those of all."""

    group: int
    count: int
    photos: tuple[Photo, ...]
    labels: tuple[str, ...]
    straddles: bool


def duplicate_groups_page(
    database: Database, task: str, page: Page, *, conflicting: bool = False
) -> tuple[int, list[DuplicateGroup]]:
    """Return how many groups have two and more photos, and those of the page.

    Groups with several labels come first, then the largest. `conflicting`: only those with several.
    """
    query = _groups(task, conflicting=conflicting)
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(query.subquery())).one()
        ordered = query.order_by(
            (func.count(PhotoRow.label.distinct()) > 1).desc(), func.count().desc(), PhotoRow.group_id
        )
        rows = session.execute(ordered.offset(page.offset).limit(page.size)).all()
        groups = [group or 0 for group, _, _ in rows]
        photos, labels = _photos(session, task, groups), _labels(session, task, groups)
    return total, [
        DuplicateGroup(group or 0, count, tuple(photos[group or 0]), tuple(labels[group or 0]), splits > 1)
        for group, count, splits in rows
    ]


def _groups(task: str, *, conflicting: bool) -> Select[int | None, int, int]:
    used = case((PhotoRow.split.in_(SPLITS), PhotoRow.split))  # NULL for others, which are not counted
    query = select(PhotoRow.group_id, func.count(), func.count(used.distinct())).where(present(task))
    query = query.where(PhotoRow.group_id.is_not(None)).group_by(PhotoRow.group_id).having(func.count() > 1)
    return query.having(func.count(PhotoRow.label.distinct()) > 1) if conflicting else query


def _photos(session: Session, task: str, groups: Sequence[int]) -> dict[int, list[Photo]]:
    place = func.row_number().over(partition_by=PhotoRow.group_id, order_by=PhotoRow.id).label("place")
    numbered = select(PhotoRow, place).where(present(task), PhotoRow.group_id.in_(groups)).subquery()
    row = aliased(PhotoRow, numbered)
    found: defaultdict[int, list[Photo]] = defaultdict(list)
    for photo in session.scalars(select(row).where(numbered.c.place <= SHOWN).order_by(row.id)):
        found[photo.group_id or 0].append(as_photo(photo))
    return found


def _labels(session: Session, task: str, groups: Sequence[int]) -> dict[int, list[str]]:
    query = select(PhotoRow.group_id, PhotoRow.label).distinct()
    query = query.where(present(task), PhotoRow.group_id.in_(groups), PhotoRow.label.is_not(None))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for group, label in session.execute(query.order_by(PhotoRow.label)):
        found[group or 0].append(str(label))
    return found
