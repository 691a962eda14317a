"""What the endpoints of models take and answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lenswright.runs.request import Format
from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.training import VerdictEntry


class Metrics(BaseModel):
    """Measured on the test photos, through the serving path."""

    model_config = ConfigDict(extra="allow")

    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    macro_f1: float | None = None
    log_loss: float | None = None
    ece: float | None = None
    test_photos: int | None = None


class InputEntry(Answer):
    size_px: int
    framing: str


class ModelEntry(Answer):
    version: str
    task: str
    created_at: str
    origin: str
    run_id: int | None
    backbone: str
    preset: str
    weights: str
    input: InputEntry
    size_bytes: int
    metrics: Metrics
    classes: list[str]
    verdict: VerdictEntry | None
    serving: bool
    forgotten_photos: int = Field(description="how many photos that it saw were forgotten since")


class ModelsAnswer(Answer):
    task: str
    champion: str | None
    models: list[ModelEntry]


class FileEntry(Answer):
    name: str
    sha256: str


class PromotionEntry(Answer):
    task: str
    version: str
    previous: str | None
    at: str
    reason: str
    by: str
    overridden: bool


class ModelDetailAnswer(ModelEntry):
    manifest: dict[str, Any]
    files: list[FileEntry]
    history: list[PromotionEntry]


class PromoteBody(BaseModel):
    reason: str = Field("", max_length=500)
    override: bool = Field(False, description="let it serve although the gate refused it; needs a reason")


class ExportBody(BaseModel):
    formats: list[Format] = Field(description="what to write, each checked for parity with the network")


class PromotedAnswer(Answer):
    task: str
    version: str
    previous: str | None
