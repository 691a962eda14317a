"""What became of one photo since it came: the edits that did something to it."""

from dataclasses import dataclass

from sqlalchemy import select

from lenswright.dataset.edit_history import EditEntry, as_entry
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow

MOST = 100


@dataclass(frozen=True)
class Event:
    """One edit, and what it did to the photo; `at` in epoch seconds."""

    edit_id: int
    action: str
    by: str
    at: float
    source: str | None
    undoes: int | None
    undone_by: int | None
    entry: EditEntry


def photo_history(database: Database, photo_id: int) -> list[Event]:
    """Return what was done to a photo, newest first, at most the last 100."""
    query = (
        select(EditRow, EditEntryRow)
        .join(EditEntryRow, EditEntryRow.edit_id == EditRow.id)
        .where(EditEntryRow.photo_id == photo_id)
        .order_by(EditEntryRow.id.desc())
        .limit(MOST)
    )
    with database.reading() as session:
        return [
            Event(row.id, row.action, row.by, row.at, row.source, row.undoes, row.undone_by, as_entry(entry))
            for row, entry in session.execute(query)
        ]
