"""What the classifier says of one photo."""

from dataclasses import dataclass, replace
from typing import Literal

AnswerStatus = Literal["accepted", "uncertain", "unknown"]


@dataclass(frozen=True)
class Prediction:
    """One answer: `confidence` is a calibrated probability 0..1; times in milliseconds.

    `probabilities`: (class, probability), the likeliest first. `status`: `unknown` when the photo
    is unlike anything the model was trained on, `uncertain` when the model is less sure than it
    should be, else `accepted`.
    """

    task: str
    version: str
    predicted_class: str
    confidence: float
    probabilities: tuple[tuple[str, float], ...]
    status: AnswerStatus
    decode_ms: float
    inference_ms: float

    def first(self, count: int | None) -> "Prediction":
        """Return it with the `count` likeliest classes only, or as it is for None."""
        return self if count is None else replace(self, probabilities=self.probabilities[:count])
