"""The bin: deleted photos lie there, with their label, split and group, until they are forgotten."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from lenswright.dataset.edits import Change, Noted, record, state_of
from lenswright.dataset.selection import distinct_rows
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow


def delete_photos(
    database: Database,
    task: str,
    photo_ids: Sequence[int],
    *,
    by: str,
    clock: Callable[[], float] = time.time,
) -> Change:
    """Put photos into the bin; those that lie there stay. Raises NotFound with nothing changed."""
    with database.writing() as session:
        rows = [row for row in distinct_rows(session, task, photo_ids) if row.deleted_at is None]
        return bin_rows(session, task, rows, by=by, now=clock())


def bin_rows(session: Session, task: str, rows: Sequence[PhotoRow], *, by: str, now: float) -> Change:
    """Put photos that are present into the bin, as one edit within this transaction."""
    for row in rows:
        row.deleted_at = now
    notes = [Noted(row, "deleted", state_of(row)) for row in rows]
    return record(session, task, "delete", notes, by=by, now=now)


def restore_photos(
    database: Database,
    task: str,
    photo_ids: Sequence[int],
    *,
    by: str,
    clock: Callable[[], float] = time.time,
) -> Change:
    """Take photos out of the bin, as they were; the others stay. Raises NotFound with nothing changed."""
    with database.writing() as session:
        rows = [row for row in distinct_rows(session, task, photo_ids) if row.deleted_at is not None]
        for row in rows:
            row.deleted_at = None
        changes = [Noted(row, "restored", state_of(row)) for row in rows]
        return record(session, task, "restore", changes, by=by, now=clock())
