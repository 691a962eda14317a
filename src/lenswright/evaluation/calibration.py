"""How sure a model may sound: temperature, reliability, and the thresholds of 'uncertain' and 'unknown'.

All of it is fitted on validation photos and only measured on test photos. Plain arrays; no model.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import NotEnoughPhotos
from lenswright.evaluation.metrics import Floats, Ints

LOST_RIGHT = 0.02  # share of right validation answers that may be called uncertain
FALSE_REJECT = 0.02  # share of validation photos that may be called unknown
COOLEST, HOTTEST = 0.05, 20.0
SPREAD = 0.5  # of log T before any photo is seen: a few photos, all right, must not make it certain
ENOUGH_BEYOND = 5  # photos beyond the limit, for its share to be an estimate and not luck
FEWEST_BEYOND = 1  # with training photos: of strangers 93 % are unknown to a model of 335, else 37 %
SURE = 0.99  # an answer this sure is never called uncertain, however sure the other answers are


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers with a confidence in (low, high]: how sure they were, how often they were right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """Return T in 0.05..20 that minimises the log loss of softmax(logits / T); logits (N, C), labels (N,).

    A normal prior on log T around 0 holds it back while photos are few; a few hundred outweigh it.
    Raises NotEnoughPhotos without photos.
    """
    from scipy.optimize import minimize_scalar

    _need_photos(len(labels))
    deep = logits.astype(np.float64)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = deep / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        mean = (np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean()
        return float(mean + log_temperature**2 / (2 * SPREAD**2 * len(labels)))

    found = minimize_scalar(loss, bounds=(np.log(COOLEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x))


def before_temperature(probabilities: Floats, temperature: float) -> NDArray[np.float64]:
    """Return the probabilities (N, C) as they were before the logits were divided by `temperature`.

    softmax(z / T) ** T is proportional to softmax(z), so the logits are not needed.
    """
    raised = (probabilities / probabilities.max(axis=1, keepdims=True)).astype(np.float64) ** temperature
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def reliability(probabilities: Floats, labels: Ints, bins: int = 15) -> tuple[ReliabilityBin, ...]:
    """Return the bins of equal width that hold photos: confidence against accuracy, rising."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # bin i holds (i, i+1] / bins
    return tuple(
        ReliabilityBin(
            i / bins,
            (i + 1) / bins,
            int(here.sum()),
            float(confidence[here].mean()),
            float(right[here].mean()),
        )
        for i in np.unique(index).tolist()
        for here in [index == i]
    )


def expected_calibration_error(probabilities: Floats, labels: Ints, bins: int = 15) -> float:
    """Return the mean gap 0..1 between confidence and accuracy, weighted by the photos of each bin."""
    gaps = (
        cell.count * abs(cell.confidence - cell.accuracy) for cell in reliability(probabilities, labels, bins)
    )
    return float(sum(gaps) / len(labels))


def accept_threshold(probabilities: Floats, labels: Ints, lost: float = LOST_RIGHT) -> float:
    """Return the confidence below which an answer is 'uncertain'.

    At most the share `lost` of the right validation answers falls below it. Never under 1 / C, which
    every answer reaches, and never over 0.99, which is also the answer when no prediction is right.
    Raises NotEnoughPhotos without photos.
    """
    _need_photos(len(labels))
    right = probabilities.argmax(axis=1) == labels
    confidence = np.sort(probabilities.max(axis=1)[right])
    edge = float(confidence[int(lost * len(confidence))]) if len(confidence) else SURE
    return float(max(min(edge, SURE), 1 / probabilities.shape[1]))


def unknown_distance(
    distances: NDArray[np.floating],
    false_reject: float = FALSE_REJECT,
    training: NDArray[np.floating] | None = None,
) -> float:
    """Return the distance beyond which a photo is 'unknown', from the validation photos' distances (N,).

    At most the share `false_reject` of them lies beyond it. Where they are too few to know that share,
    `training` (M,), distances of training photos from one another, count as well; those of a network
    that has learnt these photos are nearer, and moved out to the median of the validation photos. Still
    too few give a wider limit, three standard deviations out. Raises NotEnoughPhotos without photos.
    """
    _need_photos(len(distances))
    enough = ENOUGH_BEYOND
    if training is not None and false_reject * len(distances) < ENOUGH_BEYOND:
        farther = max(1.0, float(np.median(distances)) / max(float(np.median(training)), 1e-12))
        distances, enough = np.concatenate([distances, training * farther]), FEWEST_BEYOND
    rising = np.sort(distances)
    edge = float(rising[len(rising) - 1 - int(false_reject * len(rising))])
    if false_reject * len(rising) >= enough:
        return edge
    return max(edge, float(rising.mean() + 3 * rising.std()))


def _need_photos(count: int) -> None:
    if not count:
        raise NotEnoughPhotos("Expected at least one validation photo to calibrate with. Received: none.")
