"""What models say of photos they were not made from: folds, and the answers on each held-out one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from scipy.special import softmax

from lenswright.evaluation.calibration import fit_temperature
from lenswright.evaluation.discriminant import Discriminant, Floats, Ints, Rows, Sums
from lenswright.evaluation.side_by_side import side_by_side

FOLDS = 9  # one is held out: of the eight others, halves and quarters can be learnt from, too
CALIBRATED_BY = 2000  # photos of a fold, for its temperature


def assign_folds(labels: Ints, groups: Ints, count: int = FOLDS, *, seed: int = 0) -> Ints:
    """Return the fold 0..count-1 of each photo (N,); classes are dealt evenly and a group has one fold."""
    random = np.random.default_rng(seed)
    _, first, member_of = np.unique(groups, return_index=True, return_inverse=True)
    order = np.lexsort((random.random(len(first)), labels[first]))  # of groups, by class, shuffled within
    fold_of_group = np.empty(len(first), np.int64)
    fold_of_group[order] = np.arange(len(first)) % count
    folds: Ints = fold_of_group[member_of]
    return folds


@dataclass(frozen=True)
class Answers:
    """What cross-validation says of N photos.

    `own` (N,): the probability of the label they have. `rival` (N,): the likeliest other class, and
    `rival_probability` (N,).
    """

    own: Floats
    rival: Ints
    rival_probability: Floats

    def predicted(self, labels: Ints) -> Ints:
        """Return the likeliest class (N,)."""
        return np.where(self.rival_probability > self.own, self.rival, labels)


class CrossValidation:
    """N photos in folds: embeddings (N, D), class indices (N,) and folds (N,).

    `on_fold(done, count)` is called after each fold and may raise to stop.
    """

    def __init__(
        self,
        features: Rows,
        labels: Ints,
        folds: Ints,
        class_count: int,
        on_fold: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        self._features, self.labels, self.class_count = features, labels, class_count
        self.photos = [np.flatnonzero(folds == fold) for fold in range(int(folds.max()) + 1)]
        self._sums: list[Sums] = []
        for sums in side_by_side(lambda photos: Sums.of(features, labels, photos, class_count), self.photos):
            self._sums.append(sums)
            on_fold(len(self._sums), len(self.photos))

    def others(self, held_out: int) -> list[int]:
        """Return all folds but one."""
        return [fold for fold in range(len(self.photos)) if fold != held_out]

    def logits(self, held_out: int, learnt: Sequence[int]) -> Floats:
        """Return what the model of the folds `learnt` says of the photos of a fold, (n, C)."""
        sums = reduce(add, (self._sums[fold] for fold in learnt))
        return Discriminant.of(sums).logits(self._features, self.photos[held_out])

    def answers(self, on_fold: Callable[[int, int], None] = lambda *_: None) -> Answers:
        """Return what the model of all other folds says of each photo."""
        count = len(self.labels)
        own, rival_probability = np.zeros(count, np.float32), np.zeros(count, np.float32)
        rival = np.zeros(count, np.int64)
        for fold, said in enumerate(side_by_side(self._answers, range(len(self.photos)))):
            photos = self.photos[fold]
            own[photos], rival[photos], rival_probability[photos] = (
                said.own,
                said.rival,
                said.rival_probability,
            )
            on_fold(fold + 1, len(self.photos))
        return Answers(own, rival, rival_probability)

    def _answers(self, fold: int) -> Answers:
        labels = self.labels[self.photos[fold]]
        probabilities = _probabilities(self.logits(fold, self.others(fold)), labels)
        places = np.arange(len(labels))
        own = probabilities[places, labels]
        probabilities[places, labels] = -1
        return Answers(own, probabilities.argmax(axis=1), probabilities.max(axis=1))


def _probabilities(logits: Floats, labels: Ints) -> Floats:
    """Return the calibrated softmax (n, C); in many dimensions a discriminant is far too sure."""
    if not len(labels):
        return logits
    scaled = logits / max(float(logits.std(axis=1).mean()), 1e-6)
    some = slice(None, None, max(1, len(labels) // CALIBRATED_BY))  # photos come class by class
    calibrated: Floats = softmax(scaled / fit_temperature(scaled[some], labels[some]), axis=1)
    return calibrated
