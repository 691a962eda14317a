"""Labels that the last check of the data thinks wrong: written by it, read by people."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select

from lenswright.dataset.example import Photo, as_photo, present
from lenswright.dataset.paging import Page
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, SuggestionRow


@dataclass(frozen=True)
class Suggestion:
    """A photo whose label is doubted.

    `self_confidence` 0..1 is what models that never saw it give its label, `confidence` what they give
    the suggested one. The highest `score`, 0..1, is the most doubtful.
    """

    photo_id: int
    given: str
    suggested: str
    self_confidence: float
    confidence: float
    score: float


def replace_suggestions(
    database: Database, task: str, suggestions: Iterable[Suggestion], *, run_id: int | None, now: float
) -> None:
    """Put `suggestions` in the place of all earlier ones of `task`, at once."""
    rows = [asdict(one) | {"task": task, "run_id": run_id, "at": now} for one in suggestions]
    with database.writing() as session:
        session.execute(delete(SuggestionRow).where(SuggestionRow.task == task))
        if rows:
            session.execute(insert(SuggestionRow), rows)


def suggestions_page(database: Database, task: str, page: Page) -> tuple[int, list[tuple[Photo, Suggestion]]]:
    """Return how many suggestions still hold, and those of the page, the most doubtful label first."""
    query = (
        select(PhotoRow, SuggestionRow)
        .join(PhotoRow, PhotoRow.id == SuggestionRow.photo_id)
        .where(present(task), SuggestionRow.task == task, still_holds())
    )
    ordered = query.order_by(SuggestionRow.score.desc(), SuggestionRow.id)
    with database.reading() as session:
        total = session.scalars(query.with_only_columns(func.count(SuggestionRow.id))).one()
        rows = session.execute(ordered.offset(page.offset).limit(page.size)).all()
        return total, [(as_photo(photo), _as_suggestion(row)) for photo, row in rows]


def still_holds() -> ColumnElement[bool]:
    """Return the condition for a suggestion, joined with its photo, that it is worth a look still.

    The photo is there, has the label it had then, and nobody has confirmed that since.
    """
    unconfirmed = or_(PhotoRow.confirmed_at.is_(None), PhotoRow.confirmed_at < SuggestionRow.at)
    return and_(PhotoRow.deleted_at.is_(None), PhotoRow.label == SuggestionRow.given, unconfirmed)


def _as_suggestion(row: SuggestionRow) -> Suggestion:
    return Suggestion(row.photo_id, row.given, row.suggested, row.self_confidence, row.confidence, row.score)
