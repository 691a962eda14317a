"""What `/status` and the health endpoints answer."""

from typing import Any, Literal

from pydantic import Field

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.dataset import DatasetCounts
from lenswright.web.schemas.drift import DriftAnswer
from lenswright.web.schemas.models import InputEntry, Metrics


class HealthAnswer(Answer):
    status: Literal["ok"]


class InstanceEntry(Answer):
    """Where an instance listens, on which machine, and since when."""

    id: str
    host: str
    port: int
    pid: int
    started_at: str
    machine: str


class LatencyEntry(Answer):
    """Of predictions, in ms; of several instances the percentiles are those of all, within 1 %."""

    p50: float | None
    p95: float | None
    p99: float | None
    mean: float | None


class TrafficEntry(Answer):
    """The first three since the start, the others over the last `window_s` seconds.

    `throughput_per_s` counts predictions.
    """

    total: int
    predictions: int
    errors: int
    window_s: int
    window_requests: int
    throughput_per_s: float
    error_rate: float
    latency_ms: LatencyEntry


class LiveInstanceEntry(InstanceEntry):
    """One of the instances that share this home; `versions`: which model serves, by task."""

    answers: bool = Field(description="whether this is the instance that gave the present answer")
    versions: dict[str, str]
    requests: TrafficEntry
    queue_length: int
    memory_bytes: int


class AllInstancesEntry(Answer):
    """The sum over the instances; what one counted ends with it."""

    count: int
    requests: TrafficEntry
    queue_length: int
    memory_bytes: int


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
    instances: list[LiveInstanceEntry]
    all_instances: AllInstancesEntry
    uptime_s: float
    model: LiveModelEntry | None
    model_version: str | None
    model_problem: str | None
    metrics: Metrics | None
    confusion_matrix: Confusion | None
    requests: dict[str, Any]
    drift: DriftAnswer
    cache: CacheEntry
    feedback: FeedbackEntry
    dataset: DatasetCounts
    training: RunningEntry | None
