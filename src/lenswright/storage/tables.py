"""The tables of runs, versions, requests and instances."""

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lenswright.storage.base import Table

ANSWERED = text("predicted_class IS NOT NULL")  # of requests: those that were predictions


class RunRow(Table):
    """One training run. `active_machine` is unique and set while it is active: one run per machine.

    `snapshot_id`: the data set it learnt from, NULL until it froze one.
    """

    __tablename__ = "runs"
    __table_args__ = (Index(None, "task"), Index(None, "snapshot_id"), {"sqlite_autoincrement": True})

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
    snapshot_id: Mapped[int | None]


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
    __table_args__ = (Index(None, "task", "created_at"), Index(None, "run_id"))

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
    """One answered request; `distance` is that of the photo to the training photos, where it is known."""

    __tablename__ = "requests"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "task", "version", "at", sqlite_where=ANSWERED, postgresql_where=ANSWERED),
    )

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
    distance: Mapped[float | None]


class InstanceRow(Table):
    """One running instance; `beats` counts up while it lives, `figures` is JSON of how it is."""

    __tablename__ = "instances"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    machine: Mapped[str] = mapped_column(String(255))
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int]
    pid: Mapped[int]
    started_at: Mapped[float]
    beats: Mapped[int]
    beat_at: Mapped[float]
    figures: Mapped[str] = mapped_column(Text)
