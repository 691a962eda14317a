"""Photos that came again with another label, and nobody has said yet which is right.

They are read from the edits: an upload keeps the label that is there and notes the one that it brought.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from lenswright.dataset.edits import LABEL_CONFLICT
from lenswright.dataset.example import Photo, as_photo, present
from lenswright.dataset.paging import Page
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow

DECISIONS = ("relabelled", "confirmed", "deleted", "forgotten")


@dataclass(frozen=True)
class LabelConflict:
    """A photo, the other label it came with, the file that brought it, in which edit and when."""

    photo: Photo
    other_label: str
    filename: str | None
    batch: int
    at: float


def conflicts_page(database: Database, task: str, page: Page) -> tuple[int, list[LabelConflict]]:
    """Return how many conflicts of `task` are open, and those of the page, the newest first."""
    newest = _open_entries(task).subquery()
    query = (
        select(PhotoRow, EditEntryRow, EditRow)
        .join(newest, newest.c.entry == EditEntryRow.id)
        .join(PhotoRow, PhotoRow.id == EditEntryRow.photo_id)
        .join(EditRow, EditRow.id == EditEntryRow.edit_id)
        .order_by(EditEntryRow.id.desc())
    )
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(newest)).one()
        rows = session.execute(query.offset(page.offset).limit(page.size)).all()
        return total, [
            LabelConflict(as_photo(row), str(entry.label_after), entry.filename, edit.id, edit.at)
            for row, entry, edit in rows
        ]


def _open_entries(task: str) -> Select[int]:
    """Return the newest open entry of each photo and label; what an undone upload brought is not open."""
    return (
        select(func.max(EditEntryRow.id).label("entry"))
        .join(PhotoRow, PhotoRow.id == EditEntryRow.photo_id)
        .join(EditRow, EditRow.id == EditEntryRow.edit_id)
        .where(
            present(task),
            EditEntryRow.code == LABEL_CONFLICT,
            EditEntryRow.label_after != PhotoRow.label,
            EditRow.undone_by.is_(None),
            ~_decided(),
        )
        .group_by(EditEntryRow.photo_id, EditEntryRow.label_after)
    )


def _decided() -> ColumnElement[bool]:
    """Return the condition that somebody decided about the photo of an entry after it.

    An undo is no decision: it only takes one back.
    """
    later, act = aliased(EditEntryRow), aliased(EditRow)
    decided = (
        select(later.id)
        .join(act, act.id == later.edit_id)
        .where(
            later.photo_id == EditEntryRow.photo_id,
            later.id > EditEntryRow.id,
            later.outcome.in_(DECISIONS),
            act.undone_by.is_(None),
            act.action != "undo",
        )
    )
    return decided.exists()
