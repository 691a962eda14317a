"""What the endpoints of uploads, and of other edits, take and answer."""

from typing import Any, Literal

from pydantic import Field

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.paging import OwnPageQuery, PageAnswer

EditOutcome = Literal[
    "stored", "labelled", "duplicate", "refused", "restored", "relabelled", "deleted", "confirmed",
    "forgotten", "regrouped",
]  # fmt: skip


class EditAnswer(Answer):
    """One act of one person; `counts` says of how many files or photos what became."""

    id: int
    task: str
    action: str
    by: str
    at: str
    ended_at: str | None
    source: str | None
    detail: dict[str, Any]
    undoes: int | None
    undone_by: int | None
    counts: dict[str, int]


class EditEntryAnswer(Answer):
    """What it did to one photo or file."""

    photo_id: int | None
    filename: str | None
    outcome: EditOutcome
    label_before: str | None
    label_after: str | None
    split_before: str | None
    split_after: str | None
    code: str | None
    reason: str | None


class EntriesQuery(OwnPageQuery):
    outcome: EditOutcome | None = Field(None, description="only files of which this became")


class EditWithEntriesAnswer(EditAnswer, PageAnswer):
    entries: list[EditEntryAnswer]


class BatchesAnswer(PageAnswer):
    batches: list[EditAnswer]
