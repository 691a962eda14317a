"""What the endpoints of training take and answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lenswright.web.schemas.base import Answer, TaskQuery


class TrainBody(BaseModel):
    """All fields are optional; see `TrainingRequest` for what each means."""

    model_config = ConfigDict(extra="forbid")

    task: str = Field("cats-vs-dogs", max_length=100)
    preset: Literal["fast", "scratch"] = "fast"
    backbone: Literal["auto", "mobilenet_v2", "mobilenet_v2_050"] = "auto"
    weights: Literal["auto", "file", "imagenet", "bundled", "none"] = "auto"
    size_px: int | None = Field(None, ge=64, le=320)
    epochs: int = Field(60, ge=1, le=1000)
    batch_size: int = Field(64, ge=4, le=512)
    learning_rate: float | None = Field(None, ge=1e-7, le=10)
    dropout: float = Field(0.2, ge=0, le=0.9)
    views: int = Field(1, ge=1, le=16)
    patience: int = Field(10, ge=1, le=1000)
    minutes: float | None = Field(None, ge=0.01, le=10_080)
    seed: int = Field(0, ge=0)
    class_weights: bool = True
    resume_run: int | None = Field(None, ge=1)


class RetrainBody(TrainBody):
    files: list[int | str] = Field([], description="ids or paths, as /upload-data returned them")
    labels: list[str] = Field([], description="the label of each file")
    allow_new_labels: bool = Field(False, description="accept labels the task does not know yet")


class SubmittedAnswer(Answer):
    run_id: int
    task: str
    kind: Literal["train", "retrain"]
    state: str
    status_url: str
    labelled: int = 0


class RunQuery(TaskQuery):
    run_id: int | None = Field(None, ge=1, le=2**62, description="default: the newest run")


class RunsQuery(TaskQuery):
    limit: int = Field(20, ge=1, le=500)


class VerdictEntry(BaseModel):
    """The gate's answer on a candidate."""

    model_config = ConfigDict(extra="allow")

    promote: bool
    reason: str
    numbers: dict[str, Any] = {}


class RunEntry(Answer):
    run_id: int
    task: str
    kind: Literal["train", "retrain"]
    preset: str
    state: Literal["queued", "running", "completed", "failed", "stopped"]
    phase: str
    progress: float = Field(ge=0, le=1)
    epoch: int
    epochs: int
    elapsed_s: float
    eta_s: float | None
    error: str | None
    version: str | None
    verdict: VerdictEntry | None
    weights: str | None
    result: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    stop_requested: bool
    request: dict[str, Any]
    metrics: dict[str, Any]


class TrainingStatusAnswer(RunEntry):
    history: list[dict[str, Any]]
    log: list[str]


class IdleAnswer(Answer):
    """There never was a run."""

    state: Literal["idle"]


class RunsAnswer(Answer):
    runs: list[RunEntry]


class StopBody(BaseModel):
    run_id: int | None = Field(
        None, ge=1, le=2**62, description="default: the run in progress on this machine"
    )


class StopAnswer(Answer):
    run_id: int
    state: str
