"""The report of one upload, written in the transactions that take its photos in."""

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lenswright.dataset.edits import Action, State, begin_edit, end_edit
from lenswright.dataset.upload import IntakeResult, Lack
from lenswright.errors import NotFound, StorageFailure
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow

UNLABELLED = "unlabelled"  # in the detail of an edit: photos that their list gives no label, by why

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entered:
    """What became of a file, how its photo stood before, and a label it came with that was not taken."""

    result: IntakeResult
    before: State = field(default_factory=State)
    other_label: str | None = None


@dataclass(frozen=True)
class BatchWish:
    """What an upload is called: by whom, with which `source` its photos are stored, and why.

    `edit_id`: the edit that it goes on with, None for a new one.
    """

    task: str
    source: str
    by: str
    action: Action
    edit_id: int | None = None
    detail: Mapping[str, Any] | None = None


class BatchLog:
    """The edit of one upload: opened with its first files, ended with its last."""

    def __init__(self, wish: BatchWish) -> None:
        self.wish = wish
        self._committed: int | None = None
        self._ended = False

    def open(self, session: Session, now: float) -> int:
        """Return the id of the edit, begun or gone on with in this transaction if it is the first.

        Raises NotFound for an edit to go on with that the task does not have.
        """
        wish = self.wish
        if self._committed is not None:
            return self._committed
        if wish.edit_id is None:
            row = begin_edit(
                session, wish.task, wish.action, by=wish.by, now=now, source=wish.source, detail=wish.detail
            )
        else:
            row = _found(session, wish.task, wish.edit_id)
            row.ended_at = None  # it goes on
        return row.id

    def write(
        self, session: Session, edit_id: int, entered: Sequence[Entered], lacks: Sequence[Lack] = ()
    ) -> None:
        """Write down what became of files, in their order, and why some have no label."""
        session.execute(insert(EditEntryRow), [_row(edit_id, entry) for entry in entered])
        if lacks:
            row = session.get_one(EditRow, edit_id)
            detail = json.loads(row.detail)
            row.detail = json.dumps(
                detail | {UNLABELLED: Counter(detail.get(UNLABELLED, {})) + Counter(lacks)}
            )

    def committed(self, edit_id: int, *, ended: bool) -> None:
        """Note that the transaction that opened, wrote or ended the edit is on disk."""
        self._committed, self._ended = edit_id, ended

    def end(self, database: Database, now: float, *, cut_short: BaseException | None = None) -> None:
        """End the edit unless it never began or has ended; `cut_short` says why it was not all."""
        if self._committed is None or self._ended:
            return
        self._ended = True
        try:
            with database.writing() as session:
                end_edit(session, self._committed, now)
                if cut_short is not None:
                    _note_cut(session.get_one(EditRow, self._committed), cut_short)
        except StorageFailure as exc:
            if cut_short is None:
                raise
            _logger.warning("The end of edit %s could not be written: %s", self._committed, exc)


def _found(session: Session, task: str, edit_id: int) -> EditRow:
    row = session.get(EditRow, edit_id)
    if row is None or row.task != task:
        raise NotFound("edit", edit_id)
    return row


def _note_cut(row: EditRow, cut_short: BaseException) -> None:
    why = "Nobody read on." if isinstance(cut_short, GeneratorExit) else str(cut_short)
    row.detail = json.dumps({**json.loads(row.detail), "cut_short": why or type(cut_short).__name__})


def _row(edit_id: int, entered: Entered) -> dict[str, Any]:
    result, before = entered.result, entered.before
    return {
        "edit_id": edit_id,
        "photo_id": result.id,
        "filename": result.filename,
        "outcome": result.outcome,
        "label_before": before.label,
        "label_after": entered.other_label or result.label,
        "split_before": before.split,
        "split_after": result.split,
        "code": result.code,
        "reason": result.reason,
    }
