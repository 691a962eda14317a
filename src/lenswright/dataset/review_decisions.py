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

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.edits import Change
from lenswright.dataset.labelling import relabel
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


@dataclass(frozen=True)
class _Item:
    task: str
    photo_id: int
    label: str | None  # as the photo has it


def task_of_item(database: Database, item_id: str) -> str:
    """Return the task that an item belongs to. Raises NotFound or Conflict, as `decide` does."""
    with database.reading() as session:
        return _find(session, item_id).task


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

    Raises NotFound, UnknownLabel, InputRefused for a confirmation of no label, and Conflict if it was
    decided already, or if somebody changed the label meanwhile; nothing is changed then.
    """
    with database.reading() as session:
        item = _find(session, item_id)
        label = decision.label
        if label is not None:
            allow_new = decision.allow_new_label
            label = expected_label(session, item.task, label, classes, allow_new=allow_new)
    change = _carry_out(database, item, decision, label, by=by, clock=clock)
    outcome = "dropped" if decision.drop else "accepted"
    with database.writing() as session:
        if not decision.drop:
            _correct_feedback(session, item.photo_id, label or item.label)
        close_reviews(session, item.photo_id, outcome, clock())
    return Decided(item.photo_id, outcome, change.edit)


def _carry_out(
    database: Database,
    item: _Item,
    decision: Decision,
    label: str | None,
    *,
    by: str,
    clock: Callable[[], float],
) -> Change:
    if decision.drop:
        return delete_photos(database, item.task, [item.photo_id], by=by, clock=clock)
    if decision.confirm or label == item.label:
        return confirm_labels(database, item.task, [item.photo_id], by=by, clock=clock)
    done = relabel(database, item.task, [item.photo_id], [label], by=by, expected=[item.label], clock=clock)
    return Change(done.edit, done.changed)


def _correct_feedback(session: Session, photo_id: int, label: str | None) -> None:
    """Let waiting feedback on the photo name the label that was decided: the model is held against that."""
    waiting = ReviewRow.photo_id == photo_id, ReviewRow.kind == FEEDBACK, ReviewRow.decided_at.is_(None)
    session.execute(update(ReviewRow).where(*waiting).values(suggested=label))


def _find(session: Session, item_id: str) -> _Item:
    """Return the open item of that id. Raises NotFound or Conflict."""
    named = _ITEM.fullmatch(item_id)
    if named is None or int(named[2]) > LARGEST_ID:
        raise NotFound("review item", item_id)
    table, is_open = (SuggestionRow, still_holds()) if named[1] else (ReviewRow, undecided())
    query = select(table.task, PhotoRow, is_open).join(PhotoRow, PhotoRow.id == table.photo_id)
    found = session.execute(query.where(table.id == int(named[2]))).first()
    if found is None:
        raise NotFound("review item", item_id)
    task, photo, waits = found
    if not waits or photo.deleted_at is not None:
        raise Conflict(
            f"The review item {item_id} is decided already: its photo is in the bin, or was labelled or"
            " confirmed since."
        )
    return _Item(task, photo.id, photo.label)
