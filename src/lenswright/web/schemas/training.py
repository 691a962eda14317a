"""What the endpoints of training take and answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from lenswright.runs.request import Kind, TrainingRequest
from lenswright.runs.state import State
from lenswright.web.schemas.base import Answer, TaskQuery


def body_of(name: str, kind: Kind, **more: Any) -> type[BaseModel]:
    """Return the documented body of an order of `kind`: the fields of the request, and `more`."""
    of_request = [field for field in TrainingRequest.names(kind) if field != "kind"]
    fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in TrainingRequest.model_fields.items()
        if field in of_request
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields, **more)


TrainBody = body_of("TrainBody", "train")
TuneBody = body_of("TuneBody", "tune")
CompareBody = body_of("CompareBody", "compare")
RetrainBody = body_of(
    "RetrainBody",
    "retrain",
    files=(list[int | str], Field([], description="ids or paths, as /upload-data returned them")),
    labels=(list[str], Field([], description="the label of each file")),
    allow_new_labels=(bool, Field(False, description="accept labels the task does not know yet")),
)


class PresetEntry(Answer):
    name: str
    title: str
    summary: str
    expected_s: float | None = Field(
        ge=0, description="seconds for the photos of the task, with the defaults; null without photos"
    )
    expected_accuracy: float | None = Field(description="of the last run of the task with this preset")


class BackboneEntry(Answer):
    name: str
    title: str
    size_px: int
    parameters_m: float


class FieldEntry(Answer):
    """One field of a request: what it takes, and where a form shows it."""

    name: str
    type: Literal["integer", "number", "boolean", "choice", "text"]
    default: int | float | bool | str | None
    least: int | float | None
    most: int | float | None
    choices: list[str]
    nullable: bool
    group: str
    presets: list[str] = Field(description="the presets for which it makes a difference")
    help: str


class OptionsAnswer(Answer):
    task: str
    presets: list[PresetEntry]
    backbones: list[BackboneEntry]
    weights: list[str]
    fields: list[FieldEntry]


class SubmittedAnswer(Answer):
    run_id: int
    task: str
    kind: Kind
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
    kind: Kind
    preset: str
    state: State
    phase: str
    progress: float = Field(ge=0, le=1)
    epoch: int
    epochs: int
    elapsed_s: float
    eta_s: float | None
    error: str | None
    version: str | None
    snapshot: int | None = Field(description="the data set it learnt from; null until it froze one")
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
