"""The tables of who may do what, and of who did it."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lenswright.storage.base import Table


class KeyRow(Table):
    """One API key; what opens with it is kept only as a hash. It is never deleted, for the audit names it.

    `per_minute`: its own limit of requests, NULL for the service's. `expires_at`: NULL for never.
    `last_used_at` is up to a minute late.
    """

    __tablename__ = "api_keys"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(10))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    per_minute: Mapped[int | None]
    created_at: Mapped[float]
    created_by: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[float | None]
    revoked_at: Mapped[float | None]
    revoked_by: Mapped[str | None] = mapped_column(String(100))
    last_used_at: Mapped[float | None]


class AuditRow(Table):
    """One change, or one that was refused: who, what, when, from where, and how it ended.

    It is written before the change; `outcome` stays NULL where the process died in between. `action` is the
    kind (`POST /models/{version}/promote`, `lenswright import`), `target` the thing, `detail` is JSON.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float]
    by: Mapped[str] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(10))
    key_id: Mapped[int | None]
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(255))
    target: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(10))
    detail: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(100))
    instance: Mapped[str | None] = mapped_column(String(255))
