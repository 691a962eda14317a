"""What the rows of reviews mean: which of them wait for a person, and how often the model was right.

A row is one prediction that was kept or that somebody sent feedback on. Nobody is asked about `kept`
ones; they are there so that feedback finds the photo. Of several rows of a photo one asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from lenswright.dataset.known_labels import known_labels
from lenswright.dataset.labels import Spellings, normalise_label
from lenswright.errors import UnknownLabel
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow

PREDICTED = "predicted"  # the source of photos that came with a prediction or with feedback on one
KEPT, UNSURE, UNKNOWN, FEEDBACK = "kept", "unsure", "unknown", "feedback"
SHOWN_LABELS = 200


@dataclass(frozen=True)
class FeedbackCounts:
    """On how many predictions people agreed with the model, and on how many they did not."""

    right: int
    wrong: int


def undecided() -> ColumnElement[bool]:
    """Return the condition for a review, joined with its photo, that nobody has decided.

    Its photo is not in the bin, and nobody has labelled or confirmed it since, by whatever way.
    """
    later = or_(
        and_(PhotoRow.labelled_at.is_not(None), PhotoRow.labelled_at > ReviewRow.created_at),
        and_(PhotoRow.confirmed_at.is_not(None), PhotoRow.confirmed_at > ReviewRow.created_at),
    )
    return and_(ReviewRow.decided_at.is_(None), PhotoRow.deleted_at.is_(None), ~later)


def close_reviews(session: Session, photo_id: int, decision: str, now: float) -> None:
    """Note a decision on a photo: it answers whatever else was asked about it."""
    session.flush()
    mine = ReviewRow.photo_id == photo_id, ReviewRow.decided_at.is_(None)
    session.execute(update(ReviewRow).where(*mine).values(decided_at=now, decision=decision))


def feedback_counts(database: Database, task: str, version: str) -> FeedbackCounts:
    """Return what people said of the answers of `version`; photos that were dropped do not count."""
    is_right = case((ReviewRow.suggested == ReviewRow.predicted_class, 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(is_right), 0)).where(
        ReviewRow.version == version,
        ReviewRow.task == task,
        ReviewRow.kind == FEEDBACK,
        ReviewRow.predicted_class.is_not(None),
        or_(ReviewRow.decision.is_(None), ReviewRow.decision != "dropped"),
    )
    with database.reading() as session:
        total, right = session.execute(query).one()
    return FeedbackCounts(int(right), int(total - right))


def expected_label(
    session: Session, task: str, label: str, classes: Iterable[str], *, allow_new: bool
) -> str:
    """Return `label` as the task spells it; `classes` are those its model knows.

    Raises UnknownLabel for one that is neither a class of the model nor the label of a photo, unless
    `allow_new`, and for what is no label at all.
    """
    known = sorted({*known_labels(session, task), *classes})
    spelled = Spellings(known).spelled(label)
    if spelled not in known and not allow_new:
        raise UnknownLabel(
            f"Expected a label of the task {task!r}: {', '.join(known[:SHOWN_LABELS]) or 'none so far'}."
            f' Received: {normalise_label(label)!r}. Send "allow_new_label": true to add a class.'
        )
    return spelled
