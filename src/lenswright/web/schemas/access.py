"""What the endpoints about keys and the audit log take and answer."""

from typing import Any, Literal

from pydantic import Field

from lenswright.access.keys import LONGEST_NAME, MOST_DAYS, MOST_PER_MINUTE, NAME
from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.paging import PageAnswer, PageQuery

RoleName = Literal["viewer", "labeller", "trainer", "admin"]


class KeyBody(Answer):
    name: str = Field(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=f"^{NAME.pattern}$",
        description="what the audit log calls it",
    )
    role: RoleName
    per_minute: int | None = Field(
        None, ge=1, le=MOST_PER_MINUTE, description="its own limit of requests; null: that of the service"
    )
    expires_days: float | None = Field(None, gt=0, le=MOST_DAYS, description="null: it never expires")


class KeyEntry(Answer):
    id: int
    name: str
    role: RoleName
    state: Literal["valid", "revoked", "expired"]
    per_minute: int | None
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    revoked_by: str | None
    last_used_at: str | None = Field(description="up to a minute late")


class KeyMadeAnswer(KeyEntry):
    key: str = Field(description="what is sent to use it; it is told now and never again")


class KeysAnswer(Answer):
    keys: list[KeyEntry]
    needed: bool = Field(description="whether callers of this instance must show a key")


class AuditQuery(PageQuery):
    by: str = Field("", max_length=100, description="only entries of whom this is a part of the name")
    action: str = Field("", max_length=255, description="only actions with this in them, such as `promote`")
    since: str = Field(
        "", max_length=40, description="only entries from this time on, as 2026-11-21T08:00:00Z"
    )


class AuditEntry(Answer):
    id: int
    at: str
    by: str
    role: RoleName | None
    key_id: int | None
    address: str | None
    action: str
    target: str
    outcome: str | None = Field(
        description="an HTTP status, `done` or `failed`; null while it goes on, or if it was cut short"
    )
    detail: dict[str, Any] = Field(description="numbers of what it made: `edit`, `run_id`, `version`, ...")
    request_id: str | None
    instance: str | None


class AuditAnswer(PageAnswer):
    entries: list[AuditEntry]
