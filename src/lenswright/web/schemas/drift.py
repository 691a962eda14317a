"""What `/drift` answers."""

from typing import Literal

from pydantic import Field

from lenswright.web.schemas.base import Answer

Level = Literal["same", "shifted", "drifted"]


class DriftMeasure(Answer):
    """How far traffic is from the reference; the limits are wider where chance alone takes few photos far."""

    statistic: Literal["psi", "ks"] = Field(
        description="psi: population stability index; ks: Kolmogorov-Smirnov distance 0..1"
    )
    value: float
    shifted_from: float
    drifted_from: float
    level: Level


class DriftReference(Answer):
    """The photos that traffic is held against."""

    split: Literal["validation", "test"]
    photos: int


class ClassShares(Answer):
    """The share 0..1 of a class among the answers, in the reference and in traffic."""

    name: str
    expected: float
    seen: float


class ConfidenceShares(Answer):
    """The share 0..1 of answers with a confidence in (low, high], in the reference and in traffic."""

    low: float
    high: float
    expected: float
    seen: float


class DriftAnswer(Answer):
    """Whether recent photos are like those the model was tested on. What cannot be said is null or empty."""

    task: str
    version: str | None
    verdict: Literal["no_model", "no_reference", "not_enough_traffic", "same", "shifted", "drifted"]
    summary: str
    note: str | None = Field(description="how the classes are asked for otherwise; no reason for a verdict")
    advice: str | None
    photos: int = Field(description="how many recent answers of this version were looked at")
    least_photos: int
    since: str | None
    until: str | None
    reference: DriftReference | None
    class_mix: DriftMeasure | None
    confidence: DriftMeasure | None
    distance: DriftMeasure | None
    classes: list[ClassShares]
    confidence_bins: list[ConfidenceShares]
