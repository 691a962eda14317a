"""What the classifier says of one photo, and how much there is to learn from it."""

from dataclasses import dataclass, replace
from typing import Literal

AnswerStatus = Literal["accepted", "uncertain", "unknown"]


@dataclass(frozen=True)
class Prediction:
    """One answer: `confidence` is a calibrated probability 0..1; times in milliseconds.

    `probabilities`: (class, probability), the likeliest first. `status`: `unknown` when the photo
    is unlike anything the model was trained on, `uncertain` when the model is less sure than it
    should be, else `accepted`. `distance` is the cosine distance 0..2 of its embedding to the photos
    the model was trained on, None where the model keeps none of them. `uncertainty` and `novelty`, 0..1,
    are as the functions below define them. `cached`: it was kept from an earlier request, and took no time.
    `queue_ms`: how long it waited for its turn, which is no part of the other times.
    """

    task: str
    version: str
    predicted_class: str
    confidence: float
    probabilities: tuple[tuple[str, float], ...]
    status: AnswerStatus
    decode_ms: float
    inference_ms: float
    distance: float | None = None
    uncertainty: float = 0.0
    novelty: float = 0.5
    cached: bool = False
    queue_ms: float = 0.0

    def first(self, count: int | None) -> "Prediction":
        """Return it with the `count` likeliest classes only, or as it is for None."""
        return self if count is None else replace(self, probabilities=self.probabilities[:count])


def uncertainty_of(confidence: float, classes: int) -> float:
    """Return 0..1: 0 for a calibrated probability of 1, 1 for that of a guess among C `classes`, 1 / C.

    The highest probability counts and not the entropy, so that a tie of two classes is as uncertain
    among a hundred as it looks: one of the two is wrong.
    """
    if classes < 2:
        return 0.0
    return min(max((1 - confidence) / (1 - 1 / classes), 0.0), 1.0)


def novelty_of(distance: float | None, limit: float | None) -> float:
    """Return 0..1: 0 on a training photo, 0.5 where `unknown` begins, 1 from twice that distance on.

    Strangers differ in novelty, too. It is 0.5 where the model cannot tell, having no distance or no limit.
    """
    if distance is None or limit is None:
        return 0.5
    if limit <= 0:
        return 1.0 if distance > 0 else 0.0
    return min(max(distance / (2 * limit), 0.0), 1.0)
