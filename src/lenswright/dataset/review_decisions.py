"""What a person decides about one item of the review queue, as an edit of its photo.

The edit can be undone as any other: the label, or the photo, is back then. The item is not: it was
looked at, and the photo can be labelled where it lies.
"""

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lenswright.dataset.bin import bin_rows
from lenswright.dataset.confirmation import confirm_rows
from lenswright.dataset.edits import Change
from lenswright.dataset.labelling import relabel_rows
from lenswright.dataset.reviews import FEEDBACK, close_reviews, expected_label, undecided
from lenswright.dataset.suggestions import still_holds
from lenswright.errors import Conflict, NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow, SuggestionRow

_ITEM = re.compile(r"(s?)([1-9][0-9]{0,9})", re.ASCII)


@dataclass(frozen=True)
class Decision:
    """Exactly one of: the right `label`, `drop` the photo, `confirm` the label that it has."""

    label: str | None = None
    drop: bool = False
    confirm: bool = False
    allow_new_label: bool = False


@dataclass(frozen=True)
class Decided:
    """The edit that a decision made, None if the photo stood as decided before."""

    photo_id: int
    decision: str
    edit: int | None


def task_of_item(database: Database, item_id: str, *, expected: str | None = None) -> str:
    """Return the task that an item belongs to. Raises NotFound or Conflict, as `decide` does.

    `expected`: the task that it should belong to; NotFound if it is another one.
    """
    with database.reading() as session:
        task = _photo_of(session, item_id).task
    if expected not in (None, task):
        raise NotFound("review item", item_id)
    return task


def decide(
    database: Database,
    item_id: str,
    decision: Decision,
    *,
    by: str,
    classes: Collection[str],
    clock: Callable[[], float] = time.time,
) -> Decided:
    """Do with the photo of an open item what was decided; it answers all that was asked about the photo.

    One transaction: of several people who decide at once, the first does. Raises NotFound, UnknownLabel,
    InputRefused for a confirmation of no label, and Conflict if it was decided already, or the photo
    was labelled or confirmed since; nothing is changed then.
    """
    with database.writing() as session:
        photo, now = _photo_of(session, item_id), clock()
        label = decision.label
        if label is not None:
            allow_new = decision.allow_new_label
            label = expected_label(session, photo.task, label, classes, allow_new=allow_new)
        change = _carry_out(session, photo, decision, label, by=by, now=now)
        outcome = "dropped" if decision.drop else "accepted"
        if not decision.drop:
            _correct_feedback(session, photo.id, photo.label)
        close_reviews(session, photo.id, outcome, now)
        return Decided(photo.id, outcome, change.edit)


def _carry_out(
    session: Session, photo: PhotoRow, decision: Decision, label: str | None, *, by: str, now: float
) -> Change:
    if decision.drop:
        return bin_rows(session, photo.task, [photo], by=by, now=now)
    if decision.confirm or label == photo.label:
        return confirm_rows(session, photo.task, [photo], by=by, now=now)
    return relabel_rows(session, photo.task, [photo], [label], by=by, now=now)


def _correct_feedback(session: Session, photo_id: int, label: str | None) -> None:
    """Let waiting feedback on the photo name the label that was decided: the model is held against that."""
    waiting = ReviewRow.photo_id == photo_id, ReviewRow.kind == FEEDBACK, ReviewRow.decided_at.is_(None)
    session.execute(update(ReviewRow).where(*waiting).values(suggested=label))


def _photo_of(session: Session, item_id: str) -> PhotoRow:
    """Return the photo of the open item of that id. Raises NotFound or Conflict."""
    named = _ITEM.fullmatch(item_id)
    if named is None or int(named[2]) > LARGEST_ID:
        raise NotFound("review item", item_id)
    table, is_open = (SuggestionRow, still_holds()) if named[1] else (ReviewRow, undecided())
    query = select(PhotoRow, is_open).join(table, PhotoRow.id == table.photo_id)
    found = session.execute(query.where(table.id == int(named[2]))).first()
    if found is None:
        raise NotFound("review item", item_id)
    photo, waits = found
    if not waits:
        raise Conflict(
            f"The review item {item_id} is decided already: its photo is in the bin, or was labelled or"
            " confirmed since."
        )
    return photo
