"""What is left in the tables of photos that are forgotten: their numbers and labels, and that they were."""

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lenswright.dataset.edits import Noted, state_of
from lenswright.storage.dataset_tables import EditEntryRow, PhotoRow, ReviewRow, SuggestionRow

AT_ONCE = 500  # ids in one statement
DROPPED = "dropped"


def entomb(session: Session, rows: Sequence[PhotoRow], now: float) -> list[Noted]:
    """Make tombstones of `rows` and take the photos out of all that names them; return them as noted.

    Their splits and groups stay, so that no photo that looks like them changes sides.
    """
    for row in rows:
        _entomb_row(row, now)
    session.flush()
    for start in range(0, len(rows), AT_ONCE):
        _take_out(session, [row.id for row in rows[start : start + AT_ONCE]], now)
    return [Noted(row, "forgotten", state_of(row)) for row in rows]


def _entomb_row(row: PhotoRow, now: float) -> None:
    row.deleted_at = row.deleted_at or now
    row.forgotten_at, row.confirmed_at = now, None
    row.sha256 = row.pixel_sha256 = f"forgotten-{row.id}"
    row.filename, row.dhash, row.colours = "", 0, None
    row.brightness = row.sharpness = None


def _take_out(session: Session, photo_ids: Sequence[int], now: float) -> None:
    session.execute(delete(SuggestionRow).where(SuggestionRow.photo_id.in_(photo_ids)))
    session.execute(update(EditEntryRow).where(EditEntryRow.photo_id.in_(photo_ids)).values(filename=None))
    reviews = update(ReviewRow).where(ReviewRow.photo_id.in_(photo_ids))
    waiting = reviews.where(ReviewRow.decided_at.is_(None))
    session.execute(waiting.values(decided_at=now, decision=DROPPED))
    session.execute(reviews.values(photo_id=None))
