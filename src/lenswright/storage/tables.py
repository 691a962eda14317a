"""The tables, as SQLAlchemy maps them. Times are epoch seconds (UTC); JSON is kept as text.

A change here needs a new file in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The base of all tables; constraints have stable names so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)


class PhotoRow(Table):
    """One photo of one task. `split` is NULL while unlabelled.

    `dhash` is 64 bits, as signed, and `colours` 6 x 6 RGB: what near-duplicates share.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("task", "pixel_sha256"),
        Index(None, "task", "sha256"),
        Index(None, "task", "label", "split"),
        Index(None, "task", "group_id"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    label: Mapped[str | None] = mapped_column(String(100))
    split: Mapped[str | None] = mapped_column(String(10))
    group_id: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    pixel_sha256: Mapped[str] = mapped_column(String(64))
    dhash: Mapped[int] = mapped_column(BigInteger)
    colours: Mapped[bytes | None] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    format: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(100))
    uploaded_at: Mapped[float]
    labelled_at: Mapped[float | None]


class RunRow(Table):
    """One training run. `active_machine` is unique and set while it is active: one run per machine."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "task"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    request: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    phase: Mapped[str] = mapped_column(String(20))
    progress: Mapped[float]
    eta_s: Mapped[float | None]
    created_at: Mapped[float]
    started_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    heartbeat_at: Mapped[float | None]
    machine: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int | None]
    active_machine: Mapped[str | None] = mapped_column(String(255), unique=True)
    stop_requested: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    error: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(String(100))
    result: Mapped[str | None] = mapped_column(Text)


class RunEventRow(Table):
    """Something that happened in a run: a phase, an epoch's measurements or a log line."""

    __tablename__ = "run_events"
    __table_args__ = (Index(None, "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    at: Mapped[float]
    kind: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(Text)


class VersionRow(Table):
    """One registered model version; `summary` is what a list shows, `verdict` the gate's answer."""

    __tablename__ = "versions"
    __table_args__ = (Index(None, "task", "created_at"),)

    version: Mapped[str] = mapped_column(String(100), primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float]
    origin: Mapped[str] = mapped_column(String(10))
    run_id: Mapped[int | None]
    summary: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str | None] = mapped_column(Text)


class ChampionRow(Table):
    """The version that answers for a task."""

    __tablename__ = "champions"

    task: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[str] = mapped_column(String(100))
    since_at: Mapped[float]


class PromotionRow(Table):
    """One change of champion, and why; `overridden` where the gate had said no."""

    __tablename__ = "promotions"
    __table_args__ = (Index(None, "task", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(100))
    previous: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[float]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(100))
    overridden: Mapped[bool] = mapped_column(Boolean(create_constraint=False), server_default=false())


class RequestRow(Table):
    """One answered request."""

    __tablename__ = "requests"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[float]
    instance: Mapped[str] = mapped_column(String(255))
    method_path: Mapped[str] = mapped_column(String(255))
    status_code: Mapped[int]
    duration_ms: Mapped[float]
    task: Mapped[str | None] = mapped_column(String(100))
    version: Mapped[str | None] = mapped_column(String(100))
    predicted_class: Mapped[str | None] = mapped_column(String(100))
    confidence: Mapped[float | None]
    answer_status: Mapped[str | None] = mapped_column(String(10))
