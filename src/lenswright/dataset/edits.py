"""What people do to the data set, written down in the transaction that does it.

An edit is one act of one person: an upload, a relabelling, a deletion, an undo. Its entries say what it
did to each file or photo. They are the report of an upload, the audit trail, and what an undo reverses.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow

Action = Literal[
    "upload", "import", "fuse", "predicted", "relabel", "delete", "restore", "confirm", "forget", "regroup",
    "undo",
]  # fmt: skip
BATCHES: tuple[Action, ...] = ("upload", "import", "fuse", "predicted")  # those that bring photos in
LONGEST_BY = 100
LABEL_CONFLICT = "label_conflict"  # the code of an entry whose photo came with a label that it did not take


@dataclass(frozen=True)
class State:
    """The label and split of a photo at one moment; both None for one without a label."""

    label: str | None = None
    split: str | None = None


@dataclass(frozen=True)
class Noted:
    """A photo that was changed: as it is now, and how it stood before."""

    photo: PhotoRow
    outcome: str
    before: State
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Change:
    """The edit that changed `changed` photos; None if there was nothing to change."""

    edit: int | None
    changed: int


def state_of(row: PhotoRow) -> State:
    """Return how a photo stands now."""
    return State(row.label, row.split)


def keeps_label(row: PhotoRow, received: str) -> str:
    """Return the reason of an entry with the code LABEL_CONFLICT."""
    return f"It is photo {row.id}, which keeps its label {row.label!r}. Received: the label {received!r}."


def begin_edit(
    session: Session,
    task: str,
    action: Action,
    *,
    by: str,
    now: float,
    source: str | None = None,
    detail: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> EditRow:
    """Return the row of a new edit, with its id; `end_edit` says when it is over."""
    row = EditRow(
        task=task,
        action=action,
        by=by[:LONGEST_BY],
        at=now,
        source=source,
        detail=json.dumps(dict(detail or {})),
        undoes=undoes,
    )
    session.add(row)
    session.flush()
    return row


def end_edit(session: Session, edit_id: int, now: float) -> None:
    """Note that an edit is over; the first end counts."""
    row = session.get_one(EditRow, edit_id)
    row.ended_at = row.ended_at or now


def note(
    session: Session,
    edit_id: int,
    outcome: str,
    *,
    photo: PhotoRow | None = None,
    before: State = State(),
    filename: str | None = None,
    label: str | None = None,
    code: str | None = None,
    reason: str | None = None,
) -> None:
    """Write down what an edit did to one photo, which stands as it is now, or to a file that was refused.

    `label` names another label than the photo has: the one that was not taken.
    """
    after = state_of(photo) if photo else State()
    session.add(
        EditEntryRow(
            edit_id=edit_id,
            photo_id=photo.id if photo else None,
            filename=filename or (photo.filename if photo else None),
            outcome=outcome,
            label_before=before.label,
            label_after=label or after.label,
            split_before=before.split,
            split_after=after.split,
            code=code,
            reason=reason,
        )
    )


def record(
    session: Session, task: str, action: Action, changes: Sequence[Noted], *, by: str, now: float
) -> Change:
    """Write down a whole edit that is over with this transaction; one that changed nothing is none."""
    if not changes:
        return Change(None, 0)
    edit = begin_edit(session, task, action, by=by, now=now)
    edit.ended_at = now
    session.flush()
    session.execute(insert(EditEntryRow), [_entry(edit.id, change) for change in changes])
    return Change(edit.id, len(changes))


def _entry(edit_id: int, change: Noted) -> dict[str, Any]:
    after = state_of(change.photo)
    return {
        "edit_id": edit_id,
        "photo_id": change.photo.id,
        "filename": change.photo.filename or None,  # a forgotten one has none
        "outcome": change.outcome,
        "label_before": change.before.label,
        "label_after": after.label,
        "split_before": change.before.split,
        "split_after": after.split,
        "code": change.code,
        "reason": change.reason,
    }
