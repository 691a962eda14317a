"""Embeddings and labels in, the weights of a linear head out: softmax regression by gradient steps.

In NumPy: importing TensorFlow takes longer than this fit, and a retrain needs nothing else of it.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import TrainingDiverged
from lenswright.runs.request import TrainingRequest
from lenswright.training.adamw import AdamW
from lenswright.training.head import LabelledFeatures, LinearHead

# Chosen on 1,560 validation photos of 120 classes: as good as smaller and slower steps, in half the time.
DEFAULT_LEARNING_RATE = 1e-3
DEFAULT_WEIGHT_DECAY = 0.3
DEFAULT_BATCH = 256
READ_ROWS = 4096  # at once from disk, batches are cut from them: handing over each by itself costs more
HELD_BYTES = 256_000_000  # embeddings up to here are held in memory, more are read from disk each epoch
LEAST_GAIN = 1e-4  # of validation loss; less is standing still
UNLIMITED = np.errstate(over="ignore", invalid="ignore")  # the loss tells, and is looked at

Floats = NDArray[np.float32]
Batch = tuple[Floats, Floats, Floats]  # embeddings (n, D), target probabilities (n, C), weights (n,)


def fit_head(
    train: LabelledFeatures,
    validation: LabelledFeatures,
    class_count: int,
    request: TrainingRequest,
    *,
    on_epoch: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool],
) -> LinearHead:
    """Return the head with the lowest validation loss.

    Stops early after `request.patience` epochs without progress, halves the learning rate on the
    way, weighs classes by their rarity. `should_stop()` is asked every few batches; the best head of
    the epochs so far is then returned, with `epochs` 0 if there is none. Raises TrainingDiverged.
    """
    train, validation = _held(train), _held(validation)
    fit = _Fit(train.embeddings.shape[1], class_count, request)
    batches = _Batches(train, class_count, request, np.random.default_rng(request.seed))
    held_out = _Batches(validation, class_count, request)
    plateau = _Plateau(max(2, request.patience // 3))
    best, since_best, epoch = fit.head(0, math.inf, 0.0), 0, 0
    for epoch in range(1, request.epochs + 1):
        began = time.monotonic()
        learned = fit.pass_over(batches, should_stop)
        if learned is None:
            return LinearHead(best.kernel, best.bias, epoch - 1, best.val_loss, best.val_accuracy)
        record = learned | {f"val_{name}": value for name, value in fit.measure(held_out).items()}
        if not math.isfinite(record["loss"]):
            raise TrainingDiverged(epoch, fit.optimizer.rate)
        speed = len(train) / max(1e-6, time.monotonic() - began)
        on_epoch({"epoch": epoch, **record, "learning_rate": fit.optimizer.rate, "images_per_s": speed})
        since_best += 1
        if record["val_loss"] < best.val_loss:
            best, since_best = fit.head(epoch, record["val_loss"], record["val_accuracy"]), 0
        if since_best >= request.patience:
            break
        if plateau.stands_still(record["val_loss"]):
            fit.optimizer.rate /= 2
    return LinearHead(best.kernel, best.bias, epoch, best.val_loss, best.val_accuracy)


class _Fit:
    """A head in the making: its weights, and what moves them."""

    def __init__(self, width: int, class_count: int, request: TrainingRequest) -> None:
        self._random = np.random.default_rng((request.seed, 1))
        edge = math.sqrt(6 / (width + class_count))  # Glorot and Bengio 2010
        self._kernel = self._random.uniform(-edge, edge, (width, class_count)).astype(np.float32)
        self._bias = np.zeros(class_count, np.float32)
        self._dropout = request.dropout
        self.optimizer = AdamW(
            [self._kernel, self._bias],
            rate=DEFAULT_LEARNING_RATE if request.learning_rate is None else request.learning_rate,
            weight_decay=DEFAULT_WEIGHT_DECAY if request.weight_decay is None else request.weight_decay,
        )

    def head(self, epochs: int, val_loss: float, val_accuracy: float) -> LinearHead:
        """Return a copy of the present weights."""
        return LinearHead(self._kernel.copy(), self._bias.copy(), epochs, val_loss, val_accuracy)

    @UNLIMITED
    def pass_over(self, batches: "_Batches", should_stop: Callable[[], bool]) -> dict[str, float] | None:
        """Take a step for each batch; return `accuracy` and `loss` of its answers, None if stopped."""
        sums = np.zeros(2)
        for embeddings, targets, weights in batches:
            if should_stop():
                return None
            seen = self._dropped(embeddings)
            errors, found = self._answer(seen, targets, weights)
            sums += found
            errors *= weights[:, None] / len(weights)
            self.optimizer.step([seen.T @ errors, errors.sum(axis=0)])
        return _means(sums, len(batches.features))

    @UNLIMITED
    def measure(self, batches: "_Batches") -> dict[str, float]:
        """Return `accuracy` and `loss` of the present weights."""
        sums = sum((self._answer(*batch)[1] for batch in batches), np.zeros(2))
        return _means(sums, len(batches.features))

    def _dropped(self, embeddings: Floats) -> Floats:
        """Return the embeddings with a share of their numbers at zero and the others larger for it."""
        if not self._dropout:
            return embeddings
        kept = self._random.random(embeddings.shape, np.float32) >= self._dropout
        return embeddings * kept / np.float32(1 - self._dropout)

    def _answer(self, seen: Floats, targets: Floats, weights: Floats) -> tuple[Floats, NDArray[np.float64]]:
        """Return how far each probability (n, C) is from its target, and the sums of rights and losses."""
        logits = seen @ self._kernel + self._bias
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        right = logits.argmax(axis=1) == targets.argmax(axis=1)
        losses = -(targets * logits).sum(axis=1) * weights
        return np.exp(logits) - targets, np.array([right.sum(), losses.sum(dtype=np.float64)])


@dataclass(frozen=True)
class _Batches:
    """The batches of one epoch after the other, read as they are needed; without `random` in order."""

    features: LabelledFeatures
    class_count: int
    request: TrainingRequest
    random: np.random.Generator | None = None

    def __iter__(self) -> Iterator[Batch]:
        count, size = len(self.features), self.request.batch_size or DEFAULT_BATCH
        order = np.arange(count) if self.random is None else self.random.permutation(count)
        read = -(-READ_ROWS // size) * size
        for start in range(0, count, read):
            part = self._part(order[start : start + read])
            for at in range(0, len(part[0]), size):
                yield part[0][at : at + size], part[1][at : at + size], part[2][at : at + size]

    def _part(self, rows: NDArray[np.int64]) -> Batch:
        embeddings, labels = self.features.embeddings[rows], self.features.labels[rows]
        targets = self._targets[labels]
        if self.random is None:
            return embeddings, targets, np.ones(len(rows), np.float32)
        weights = self._weights[labels]
        if not self.request.mixup:
            return embeddings, targets, weights
        mixed: Batch = _mixed(self.random, self.request.mixup, embeddings, targets, weights)
        return mixed

    @property
    def _targets(self) -> Floats:
        """(C, C): what to answer for each class."""
        smoothing = self.request.label_smoothing
        certain = np.eye(self.class_count, dtype=np.float32)
        return certain * np.float32(1 - smoothing) + np.float32(smoothing / self.class_count)

    @property
    def _weights(self) -> Floats:
        """(C,), inverse to each class's share, so that a rare class counts as much as a common one."""
        if not self.request.class_weights:
            return np.ones(self.class_count, np.float32)
        counts = np.bincount(self.features.labels, minlength=self.class_count).clip(1)
        return (len(self.features) / (self.class_count * counts)).astype(np.float32)


@dataclass
class _Plateau:
    """Tells, each `patience` epochs without progress, that the loss stands still."""

    patience: int
    _least: float = field(default=math.inf, init=False)
    _waited: int = field(default=0, init=False)

    def stands_still(self, loss: float) -> bool:
        if loss < self._least - LEAST_GAIN:
            self._least, self._waited = loss, 0
            return False
        self._waited = (self._waited + 1) % self.patience
        return self._waited == 0


def _means(sums: NDArray[np.float64], count: int) -> dict[str, float]:
    return {name: float(value) / count for name, value in zip(("accuracy", "loss"), sums, strict=True)}


def _held(features: LabelledFeatures) -> LabelledFeatures:
    """Return the same features, in memory if there are few."""
    count, width = features.embeddings.shape
    if count * width * np.dtype(np.float32).itemsize > HELD_BYTES:
        return features
    return LabelledFeatures(features.embeddings[np.arange(count)], features.labels)


def _mixed(random: np.random.Generator, alpha: float, *arrays: Floats) -> Any:
    """Return each array mixed with itself in another order, in the same proportions: MixUp, arXiv
    1710.09412, here on embeddings."""
    count = len(arrays[0])
    share = random.beta(alpha, alpha, count).astype(np.float32)
    other = random.permutation(count)
    shares = [share.reshape(-1, *[1] * (array.ndim - 1)) for array in arrays]
    return tuple(s * array + (1 - s) * array[other] for s, array in zip(shares, arrays, strict=True))
