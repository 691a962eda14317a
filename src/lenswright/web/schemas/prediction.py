"""What `/predict` takes and answers."""

from typing import Literal

from pydantic import BaseModel, Field

from lenswright.web.schemas.base import Answer, Problem, TaskQuery


class PredictBatchQuery(TaskQuery):
    top_k: int | None = Field(None, ge=1, le=10_000, description="only the most probable classes")


class PredictQuery(PredictBatchQuery):
    explain: bool = Field(False, description="also show what in the photo spoke for the class")
    explain_class: str | None = Field(
        None, max_length=100, description="with `explain`: for this class instead of the predicted one"
    )


class PredictJson(BaseModel):
    """A photo inside JSON."""

    image_base64: str = Field(description="the photo as base64, or as a data: URL")


class Timing(Answer):
    decode: float
    inference: float
    total: float


class ExplanationAnswer(Answer):
    """The photo as the model saw it, in grey, bright where it spoke for `class` (class activation map)."""

    class_name: str = Field(alias="class")
    heatmap_png_base64: str
    url: str | None = None


class PredictionAnswer(Answer):
    predicted_class: str
    confidence: float = Field(ge=0, le=1)
    prediction_time: float = Field(description="seconds from the read request to the answer")
    timestamp: str = Field(description="ISO 8601, UTC")
    probabilities: dict[str, float] = Field(description="by class, most probable first")
    status: Literal["accepted", "uncertain", "unknown"]
    model_version: str
    task: str
    request_id: str
    timing_ms: Timing
    cached: Literal[True] | None = Field(None, description="only if kept from an earlier request")
    explanation: ExplanationAnswer | None = Field(None, description="only with `explain=true`")


class AnsweredPhoto(PredictionAnswer):
    """One photo of a batch; `prediction_time` and `timing_ms` without the wait for its turn."""

    index: int = Field(ge=0, description="its place in the batch")
    filename: str


class RefusedPhoto(Answer):
    """One photo of a batch that cannot be answered."""

    index: int = Field(ge=0, description="its place in the batch")
    filename: str
    error: Problem


class PredictBatchAnswer(Answer):
    task: str
    model_version: str
    count: int
    errors: int = Field(description="how many of them were refused")
    predictions: list[AnsweredPhoto | RefusedPhoto]
    prediction_time: float = Field(description="seconds from the read request to the answer")
    request_id: str
