"""Photos that came again: what a later batch brought, too, is not taken away with an earlier one."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.edits import Action
from lenswright.storage.dataset_tables import EditEntryRow, EditRow

BROUGHT: tuple[Action, ...] = ("upload", "import")
CAME_AGAIN = ("duplicate", "restored")


def later_batches(session: Session, edit_id: int, photo_ids: Collection[int]) -> dict[int, int]:
    """Return the first upload or import after `edit_id`, not undone, that brought each of the photos again.

    Without those that none did; `photo_ids`: as many as one statement may name.
    """
    query = (
        select(EditEntryRow.photo_id, func.min(EditEntryRow.edit_id))
        .join(EditRow, EditRow.id == EditEntryRow.edit_id)
        .where(
            EditEntryRow.photo_id.in_(photo_ids),
            EditEntryRow.outcome.in_(CAME_AGAIN),
            EditEntryRow.edit_id > edit_id,
            EditRow.action.in_(BROUGHT),
            EditRow.undone_by.is_(None),
        )
        .group_by(EditEntryRow.photo_id)
    )
    return {int(photo_id): batch for photo_id, batch in session.execute(query) if photo_id is not None}
