"""What was done to the data set, read back: edits with their counts, and their entries page by page."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lenswright.dataset.paging import FIRST_PAGE, Page
from lenswright.errors import NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow


@dataclass(frozen=True)
class Edit:
    """One edit; `at` and `ended_at` in epoch seconds, `counts` of files or photos by outcome."""

    id: int
    task: str
    action: str
    by: str
    at: float
    ended_at: float | None
    source: str | None
    detail: Mapping[str, Any]
    undoes: int | None
    undone_by: int | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class EditEntry:
    """What an edit did to one photo or file; see EditEntryRow."""

    edit_id: int
    photo_id: int | None
    filename: str | None
    outcome: str
    label_before: str | None
    label_after: str | None
    split_before: str | None
    split_after: str | None
    code: str | None
    reason: str | None


def edits_page(
    database: Database,
    task: str,
    *,
    actions: Iterable[str] | None = None,
    photo_id: int | None = None,
    page: Page = FIRST_PAGE,
) -> tuple[int, list[Edit]]:
    """Return how many edits of `task` match, and those of the page, newest first.

    `actions`: only these. `photo_id`: only those that did something to this photo.
    """
    conditions: list[ColumnElement[bool]] = [EditRow.task == task]
    if actions is not None:
        conditions.append(EditRow.action.in_(list(actions)))
    if photo_id is not None:
        if not 0 < photo_id <= LARGEST_ID:
            return 0, []
        conditions.append(
            EditRow.id.in_(select(EditEntryRow.edit_id).where(EditEntryRow.photo_id == photo_id))
        )
    query = select(EditRow).where(*conditions).order_by(EditRow.id.desc())
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(EditRow).where(*conditions)).one()
        rows = session.scalars(query.offset(page.offset).limit(page.size)).all()
        return total, _with_counts(session, rows)


def edit(
    database: Database, edit_id: int, *, actions: Iterable[str] | None = None, task: str | None = None
) -> Edit:
    """Return one edit of any task. Raises NotFound, also for one that is none of `actions` or of `task`."""
    with database.reading() as session:
        row = session.get(EditRow, edit_id) if 0 < edit_id <= LARGEST_ID else None
        is_other = row is not None and task not in (None, row.task)
        if row is None or is_other or (actions is not None and row.action not in actions):
            raise NotFound("edit" if actions is None else "batch", edit_id)
        return _with_counts(session, [row])[0]


def entries_page(
    database: Database, edit_id: int, *, outcome: str | None = None, page: Page = FIRST_PAGE
) -> tuple[int, list[EditEntry]]:
    """Return how many entries of an edit have this outcome, and a page of them, in their order."""
    conditions = [EditEntryRow.edit_id == edit_id]
    conditions += [EditEntryRow.outcome == outcome] if outcome is not None else []
    query = select(EditEntryRow).where(*conditions).order_by(EditEntryRow.id)
    with database.reading() as session:
        total = session.scalars(select(func.count()).select_from(EditEntryRow).where(*conditions)).one()
        rows = session.scalars(query.offset(page.offset).limit(page.size))
        return total, [as_entry(row) for row in rows]


def as_entry(row: EditEntryRow) -> EditEntry:
    """Return the entry of a row."""
    return EditEntry(**{name: getattr(row, name) for name in EditEntry.__dataclass_fields__})


def _with_counts(session: Session, rows: Sequence[EditRow]) -> list[Edit]:
    counts: dict[int, dict[str, int]] = {}
    query = select(EditEntryRow.edit_id, EditEntryRow.outcome, func.count())
    query = query.where(EditEntryRow.edit_id.in_([row.id for row in rows]))
    for edit_id, outcome, count in session.execute(
        query.group_by(EditEntryRow.edit_id, EditEntryRow.outcome).order_by(EditEntryRow.outcome)
    ):
        counts.setdefault(edit_id, {})[outcome] = count
    return [_as_edit(row, counts.get(row.id, {})) for row in rows]


def _as_edit(row: EditRow, counts: Mapping[str, int]) -> Edit:
    return Edit(
        id=row.id,
        task=row.task,
        action=row.action,
        by=row.by,
        at=row.at,
        ended_at=row.ended_at,
        source=row.source,
        detail=json.loads(row.detail),
        undoes=row.undoes,
        undone_by=row.undone_by,
        counts=counts,
    )
