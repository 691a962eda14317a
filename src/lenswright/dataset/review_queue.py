"""What a person should look at: corrections, predictions the model was unsure of, labels that are doubted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from lenswright.dataset.example import Photo, as_photo, present
from lenswright.dataset.paging import Page
from lenswright.dataset.reviews import FEEDBACK, KEPT, undecided
from lenswright.dataset.suggestions import still_holds
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow, SuggestionRow

Kind = Literal["feedback", "unsure", "unknown", "label_error"]

LEAST = 0.1  # what a factor of the score is at least: a stranger is worth a look, however sure the model was


@dataclass(frozen=True)
class ReviewItem:
    """One thing to decide; `created_at` in epoch seconds.

    `id` is a number, or `s` and a number for a suggestion of the last check. `given` is the label that
    the photo has, `suggested` the one that a correction or a check names.
    """

    id: str
    kind: Kind
    photo: Photo
    predicted_class: str | None
    confidence: float | None
    given: str | None
    suggested: str | None
    score: float
    created_at: float


def review_page(
    database: Database, task: str, page: Page, *, kind: Kind | None = None
) -> tuple[int, list[ReviewItem]]:
    """Return how many items wait, and those of the page: corrections first, then by score.

    The score, 0..1, of a prediction is uncertainty x novelty, each raised to at least 0.1 so that a
    confident answer to a strange photo does not come last. That of a doubted label is how sure
    cross-validation is of another label x how little it gives the present one. Both are products of
    two shares, high only where both are: a plain label error ranks with a photo that the model neither
    knows nor can tell, a slight doubt with an everyday photo between two classes.
    """
    rows = _open_items(task, kind).subquery()
    is_feedback = case((rows.c.kind == FEEDBACK, 0), else_=1)
    ordered = select(rows).order_by(is_feedback, rows.c.score.desc(), rows.c.created_at.desc(), rows.c.name)
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(rows)).one()
        found = session.execute(ordered.offset(page.offset).limit(page.size)).all()
        return total, _items(session, found)


def to_review(database: Database, task: str) -> int:
    """Return how many items wait."""
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(_open_items(task, None).subquery())).one()


def _open_items(task: str, kind: Kind | None) -> Any:
    if kind == "label_error":
        return _suggestions(task)
    return (
        _reviews(task, ReviewRow.kind == kind)
        if kind
        else union_all(_reviews(task, ReviewRow.kind != KEPT), _suggestions(task))
    )


def _reviews(task: str, wanted: ColumnElement[bool]) -> Select[Any]:
    score = _at_least(ReviewRow.uncertainty) * _at_least(ReviewRow.novelty)
    columns = _columns(
        name=cast(ReviewRow.id, String),
        kind=ReviewRow.kind,
        photo_id=ReviewRow.photo_id,
        predicted_class=ReviewRow.predicted_class,
        confidence=ReviewRow.confidence,
        suggested=ReviewRow.suggested,
        score=score,
        created_at=ReviewRow.created_at,
    )
    joined = select(*columns).join(PhotoRow, PhotoRow.id == ReviewRow.photo_id)
    return joined.where(ReviewRow.task == task, wanted, undecided())


def _suggestions(task: str) -> Select[Any]:
    columns = _columns(
        name=literal("s") + cast(SuggestionRow.id, String),
        kind=literal("label_error"),
        photo_id=SuggestionRow.photo_id,
        predicted_class=cast(null(), String),
        confidence=SuggestionRow.confidence,
        suggested=SuggestionRow.suggested,
        score=SuggestionRow.confidence * (1 - SuggestionRow.self_confidence),
        created_at=SuggestionRow.at,
    )
    joined = select(*columns).join(PhotoRow, PhotoRow.id == SuggestionRow.photo_id)
    return joined.where(present(task), SuggestionRow.task == task, still_holds())


def _columns(**columns: Any) -> list[ColumnElement[Any]]:
    return [column.label(name) for name, column in columns.items()]


def _at_least(share: Any) -> ColumnElement[float]:
    return case((share < LEAST, literal(LEAST, Float)), else_=share)


def _items(session: Session, rows: Sequence[Any]) -> list[ReviewItem]:
    wanted = select(PhotoRow).where(PhotoRow.id.in_([row.photo_id for row in rows]))
    photos = {row.id: as_photo(row) for row in session.scalars(wanted)}
    return [
        ReviewItem(
            id=row.name,
            kind=row.kind,
            photo=photos[row.photo_id],
            predicted_class=row.predicted_class,
            confidence=row.confidence,
            given=photos[row.photo_id].label,
            suggested=row.suggested,
            score=row.score,
            created_at=row.created_at,
        )
        for row in rows
    ]
