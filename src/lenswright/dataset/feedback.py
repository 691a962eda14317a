"""What people say of predictions: the true label in, the prediction marked right or wrong.

A label that differs from the prediction waits in the review queue, if its photo is there: whoever uses
the service may be mistaken. One that agrees is taken at its word, as two said so, and labels the photo.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.edits import LONGEST_BY
from lenswright.dataset.intake import Intake
from lenswright.dataset.labelling import relabel_rows
from lenswright.dataset.refusals import UnknownPrediction
from lenswright.dataset.reviews import FEEDBACK, KEPT, PREDICTED, close_reviews, expected_label
from lenswright.dataset.upload import Upload
from lenswright.errors import InputRefused
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow
from lenswright.storage.tables import RequestRow

ONLY_GUESSED = 0.5  # the novelty of a photo that was not kept


@dataclass(frozen=True)
class Feedback:
    """The true `label` of a photo, named by the request that predicted it, or sent along, or both."""

    task: str
    label: str
    request_id: str | None = None
    photo: bytes | None = None
    filename: str = ""
    allow_new_label: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of feedback: its review, and its photo if that is in the data set.

    `right`: whether the prediction was, None if it is not known. `waits`: in the queue, for a decision.
    """

    review_id: int
    photo_id: int | None
    right: bool | None
    waits: bool


class FeedbackDesk:
    """Takes feedback; `classes` are those that the model of a task knows."""

    def __init__(self, database: Database, intake: Intake, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._intake, self._clock = database, intake, clock

    def take(self, feedback: Feedback, *, by: str, classes: Collection[str]) -> Receipt:
        """Write feedback down; a second one on the same prediction takes the place of the first.

        Raises UnknownLabel, InputRefused for what is no photo, and UnknownPrediction if neither a
        prediction nor a photo can be found. Nothing is written then.
        """
        with self._database.reading() as session:
            self._check(session, feedback, classes)
        photo_id = self._take_photo(feedback, by)
        with self._database.writing() as session:
            label = self._check(session, feedback, classes)
            row = _review_of(session, feedback)
            row.kind, row.suggested, row.by, row.created_at = FEEDBACK, label, by[:LONGEST_BY], self._clock()
            row.decided_at = row.decision = None
            row.photo_id = photo_id or row.photo_id
            session.add(row)
            session.flush()
            photo = _present(session, row.photo_id)
            self._settle(session, row, photo)
            right = None if row.predicted_class is None else row.predicted_class == label
            return Receipt(row.id, photo.id if photo else None, right, row.decided_at is None)

    def _check(self, session: Session, feedback: Feedback, classes: Collection[str]) -> str:
        """Return the label as the task spells it. Raises UnknownPrediction or UnknownLabel."""
        if feedback.photo is None:
            _review_of(session, feedback)
        allow_new = feedback.allow_new_label
        return expected_label(session, feedback.task, feedback.label, classes, allow_new=allow_new)

    def _take_photo(self, feedback: Feedback, by: str) -> int | None:
        if feedback.photo is None:
            return None
        upload = Upload(feedback.filename or "feedback", feedback.photo)
        (taken,) = self._intake.take(
            feedback.task, [upload], source=PREDICTED, action="predicted", by=by[:LONGEST_BY]
        )
        if taken.id is None:
            raise InputRefused(f"The photo was refused: {taken.reason}")
        return taken.id

    def _settle(self, session: Session, row: ReviewRow, photo: PhotoRow | None) -> None:
        """Decide at once what needs no person any more, and let only this row ask about the photo."""
        now = row.created_at
        agrees = row.predicted_class == row.suggested
        if photo is None:
            row.decided_at, row.decision = now, "accepted" if agrees else "noted"
        elif photo.label == row.suggested or (photo.label is None and agrees):
            if photo.label is None:
                relabel_rows(session, photo.task, [photo], [row.suggested], by=row.by, now=now)
            close_reviews(session, photo.id, "accepted", now)
            session.refresh(row)
        else:
            _let_others_wait(session, row)


def _let_others_wait(session: Session, row: ReviewRow) -> None:
    others = select(ReviewRow).where(
        ReviewRow.photo_id == row.photo_id, ReviewRow.id != row.id, ReviewRow.decided_at.is_(None)
    )
    for other in session.scalars(others):
        other.kind = KEPT if other.kind != FEEDBACK else FEEDBACK


def _present(session: Session, photo_id: int | None) -> PhotoRow | None:
    photo = None if photo_id is None else session.get(PhotoRow, photo_id)
    return photo if photo is not None and photo.deleted_at is None else None


def _review_of(session: Session, feedback: Feedback) -> ReviewRow:
    """Return the row of the newest prediction of that request, a new one if it was not kept.

    A client may choose its request ids and use one twice: the newest prediction counts. Raises
    UnknownPrediction if there is none, and no photo either.
    """
    task, request_id = feedback.task, feedback.request_id
    kept = answered = None
    if request_id is not None:
        mine = select(ReviewRow).where(ReviewRow.task == task, ReviewRow.request_id == request_id)
        kept = session.scalars(mine.order_by(ReviewRow.created_at.desc(), ReviewRow.id.desc())).first()
        answered = session.get(RequestRow, request_id)
        if answered is not None and (answered.task != task or answered.predicted_class is None):
            answered = None
    if kept is not None and (answered is None or _is_same(kept, answered) or kept.created_at > answered.at):
        return kept
    if answered is None and feedback.photo is None:
        raise UnknownPrediction(request_id, task)
    return _new(task, request_id, answered)


def _is_same(kept: ReviewRow, answered: RequestRow) -> bool:
    said = answered.version, answered.predicted_class, answered.confidence
    return (kept.version, kept.predicted_class, kept.confidence) == said


def _new(task: str, request_id: str | None, answered: RequestRow | None) -> ReviewRow:
    row = ReviewRow(task=task, request_id=request_id, kind=FEEDBACK, uncertainty=1.0, novelty=ONLY_GUESSED)
    if answered is not None and answered.confidence is not None:
        row.version, row.predicted_class = answered.version, answered.predicted_class
        row.confidence, row.uncertainty = answered.confidence, 1 - answered.confidence
    return row
