"""Photos that are the same picture as others, in whatever task: as long as one is there, its bytes stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.storage.dataset_tables import PhotoRow

AT_ONCE = 500  # names in one statement


@dataclass(frozen=True)
class Copy:
    """A photo of `task`, present or in the bin."""

    task: str
    photo_id: int


def other_copies(session: Session, rows: Sequence[PhotoRow]) -> list[PhotoRow]:
    """Return the photos with the bytes or the pixels of `rows` that are none of them, oldest first.

    Those in the bin are among them, forgotten ones are not.
    """
    mine = {row.id for row in rows}
    found: dict[int, PhotoRow] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        for column, values in (
            (PhotoRow.sha256, {row.sha256 for row in some}),
            (PhotoRow.pixel_sha256, {row.pixel_sha256 for row in some}),
        ):
            query = select(PhotoRow).where(column.in_(values), PhotoRow.forgotten_at.is_(None))
            found.update({row.id: row for row in session.scalars(query) if row.id not in mine})
    return [found[number] for number in sorted(found)]
