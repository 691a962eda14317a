"""A person says that labels are right: nobody needs to doubt them any more."""

import time
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy.orm import Session

from lenswright.dataset.edits import Change, Noted, record, state_of
from lenswright.dataset.labelling import WAS_CONFIRMED
from lenswright.dataset.selection import present_rows
from lenswright.errors import InputRefused
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow


def confirm_labels(
    database: Database,
    task: str,
    photo_ids: Sequence[int],
    *,
    by: str,
    clock: Callable[[], float] = time.time,
) -> Change:
    """Note that the labels of photos are right, once more if they were confirmed before.

    Raises NotFound, InTheBin, or InputRefused for a photo without a label; nothing is changed then.
    """
    with database.writing() as session:
        rows = {row.id: row for row in present_rows(session, task, photo_ids)}.values()
        return confirm_rows(session, task, rows, by=by, now=clock())


def confirm_rows(session: Session, task: str, rows: Iterable[PhotoRow], *, by: str, now: float) -> Change:
    """Confirm the labels of photos that are present, as one edit within this transaction.

    Raises InputRefused for one without a label.
    """
    return record(session, task, "confirm", [_confirm(row, now) for row in rows], by=by, now=now)


def _confirm(row: PhotoRow, now: float) -> Noted:
    if row.label is None:
        raise InputRefused(
            f"Expected photos with a label to confirm. Received: photo {row.id}, which has none."
        )
    code = WAS_CONFIRMED if row.confirmed_at is not None else None
    row.confirmed_at = now
    return Noted(row, "confirmed", state_of(row), code)
