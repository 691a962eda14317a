"""What `/status` and the health endpoints answer."""

from typing import Any, Literal

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.dataset import DatasetCounts
from lenswright.web.schemas.models import InputEntry, Metrics


class HealthAnswer(Answer):
    status: Literal["ok"]


class InstanceEntry(Answer):
    id: str
    host: str
    port: int
    pid: int
    started_at: str


class Confusion(Answer):
    classes: list[str]
    counts: list[list[int]]


class LiveModelEntry(Answer):
    version: str
    task: str
    classes: list[str]
    created_at: str
    promoted_at: str | None
    origin: str
    backbone: str
    preset: str
    weights: str
    input: InputEntry
    size_bytes: int
    metrics: Metrics
    confusion_matrix: Confusion | None


class RunningEntry(Answer):
    run_id: int
    kind: str
    state: str
    phase: str
    progress: float
    task: str


class FeedbackEntry(Answer):
    """What people said of the answers of the present version."""

    right: int
    wrong: int


class CacheEntry(Answer):
    """Answers kept for photos that come again, of this instance; all 0 while that is switched off."""

    hits: int
    misses: int
    entries: int
    bytes: int


class StatusAnswer(Answer):
    status: Literal["ok", "no_model"]
    task: str
    tasks: list[str]
    version: str
    instance: InstanceEntry
    uptime_s: float
    model: LiveModelEntry | None
    model_version: str | None
    model_problem: str | None
    metrics: Metrics | None
    confusion_matrix: Confusion | None
    requests: dict[str, Any]
    cache: CacheEntry
    feedback: FeedbackEntry
    dataset: DatasetCounts
    training: RunningEntry | None
