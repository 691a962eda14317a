"""The photos of a task, page by page, narrowed down and in the order that somebody wants to see them."""

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select

from lenswright.dataset.example import Photo, as_photo, binned, present
from lenswright.dataset.labels import is_label
from lenswright.dataset.paging import FIRST_PAGE, Page
from lenswright.dataset.quality import problem_condition
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

Order = Literal["newest", "oldest", "sharpness", "brightness", "size"]
MOST_OF_A_GROUP = 100  # photos shown of one group of near-duplicates

_ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    "newest": (PhotoRow.id.desc(),),
    "oldest": (PhotoRow.id.asc(),),
    "sharpness": (PhotoRow.sharpness.asc().nulls_last(), PhotoRow.id.desc()),
    "brightness": (PhotoRow.brightness.asc().nulls_last(), PhotoRow.id.desc()),
    "size": ((PhotoRow.width * PhotoRow.height).asc(), PhotoRow.id.desc()),
}


@dataclass(frozen=True)
class Wanted:
    """Which photos: None and False narrow nothing down.

    `batch`: the edit that brought them. `problem`: a code of `quality`. `in_bin`: those in the bin
    instead of those that are present. `name`: a part of the file name, in any case.
    """

    label: str | None = None
    split: str | None = None
    source: str | None = None
    batch: int | None = None
    problem: str | None = None
    unlabelled: bool = False
    in_bin: bool = False
    name: str | None = None


def photos_page(
    database: Database,
    task: str,
    wanted: Wanted = Wanted(),
    *,
    order: Order = "newest",
    page: Page = FIRST_PAGE,
) -> tuple[int, list[Photo]]:
    """Return how many photos match, and those of the page.

    In order of sharpness, brightness or size the least comes first, and what nobody measured last.
    """
    if not _can_match(wanted):
        return 0, []
    conditions = [*_conditions(task, wanted)]
    query = select(PhotoRow).where(*conditions).order_by(*_ORDERS[order])
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(PhotoRow).where(*conditions)).one()
        rows = session.scalars(query.offset(page.offset).limit(page.size))
        return total, [as_photo(row) for row in rows]


def look_alikes(database: Database, photo: Photo) -> list[Photo]:
    """Return the other present photos of a photo's group of near-duplicates, oldest first, at most 100."""
    if photo.group_id is None:
        return []
    query = select(PhotoRow).where(present(photo.task), PhotoRow.group_id == photo.group_id)
    query = query.where(PhotoRow.id != photo.id).order_by(PhotoRow.id).limit(MOST_OF_A_GROUP)
    with database.reading() as session:
        return [as_photo(row) for row in session.scalars(query)]


def _can_match(wanted: Wanted) -> bool:
    """Whether a photo may have all that; a database may refuse to look for what no photo has."""
    texts = (wanted.source or "", wanted.name or "")
    printing = all(unicodedata.category(char)[0] != "C" for text in texts for char in text)
    known_label = wanted.label is None or is_label(wanted.label)
    return printing and known_label and (wanted.batch or 0) <= LARGEST_ID


def _conditions(task: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [binned(task) if wanted.in_bin else present(task)]
    found += [PhotoRow.label == wanted.label] if wanted.label is not None else []
    found += [PhotoRow.split == wanted.split] if wanted.split is not None else []
    found += [PhotoRow.source == wanted.source] if wanted.source is not None else []
    found += [PhotoRow.edit_id == wanted.batch] if wanted.batch is not None else []
    found += [problem_condition(wanted.problem)] if wanted.problem is not None else []
    found += [PhotoRow.label.is_(None)] if wanted.unlabelled else []
    found += [PhotoRow.filename.icontains(wanted.name, autoescape=True)] if wanted.name else []
    return found
