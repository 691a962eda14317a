"""A scratch run in motion: its recipe, its clock, its random numbers, one epoch after the other.

No files: `scratch` records what comes out.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import TrainingDiverged
from lenswright.training.augmentation import Augmentation, sample_boxes, sample_colour
from lenswright.training.checkpoints import Standing
from lenswright.training.distillation import ViewBank
from lenswright.training.schedule import Budget, learning_rate_at, size_at
from lenswright.training.train_step import Batch, LossWeights, Trainer

Frames = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class ScratchRecipe:
    """How to train from random weights.

    `sizes`: (from progress, side in pixels), growing: small images first cost little and teach most;
    `average_decay`: share of the running average kept per step; `warm_up`: share of the run.
    """

    budget: Budget
    sizes: tuple[tuple[float, int], ...]
    batch_size: int = 64
    peak_learning_rate: float = 3e-3
    weight_decay: float = 0.03
    warm_up: float = 0.04
    average_decay: float = 0.998
    augmentation: Augmentation = field(default_factory=Augmentation)
    losses: LossWeights = field(default_factory=LossWeights)
    seed: int = 0


@dataclass(frozen=True)
class EpochMetrics:
    """One finished epoch: `loss`, `accuracy` and `learning_rate` are means over its augmented views,
    `val_*` those of the averaged weights; `progress` 0..1 of the run."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    images_per_s: float
    size_px: int
    progress: float


class Photos:
    """The training photos as shuffled batches of views."""

    def __init__(self, frames: Frames, labels: Labels, teacher: ViewBank | None) -> None:
        self._frames, self._labels, self._teacher = frames, labels, teacher
        counts = np.maximum(np.bincount(labels), 1)
        self._class_weights = (len(labels) / (len(counts) * counts)).astype(np.float32)

    def __len__(self) -> int:
        return len(self._labels)

    def batches(self, rng: np.random.Generator, size: int, augmentation: Augmentation) -> Iterator[Batch]:
        """Yield full batches of one epoch; what is left over comes up in another shuffle."""
        size = min(size, len(self._labels))
        order = rng.permutation(len(self._labels))
        for start in range(0, len(order) - size + 1, size):
            yield self._batch(rng, order[start : start + size], augmentation)

    def _batch(self, rng: np.random.Generator, rows: Any, augmentation: Augmentation) -> Batch:
        labels = self._labels[rows]
        frames, weights = self._frames[rows], self._class_weights[labels]
        colours = sample_colour(rng, len(rows), augmentation)
        if self._teacher is None:
            return Batch(frames, sample_boxes(rng, len(rows), augmentation), colours, labels, weights)
        view = rng.integers(self._teacher.views, size=len(rows))
        return Batch(
            frames=frames,
            boxes=self._teacher.boxes[rows, view],
            colours=colours,
            labels=labels,
            weights=weights,
            embeddings=self._teacher.embeddings[rows, view].astype(np.float32),
            logits=self._teacher.logits[rows, view],
        )


class Course:
    """A run in motion: its clock, its random numbers, its epochs."""

    def __init__(
        self,
        trainer: Trainer,
        recipe: ScratchRecipe,
        photos: Photos,
        should_stop: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self.trainer, self._recipe, self._photos = trainer, recipe, photos
        self._should_stop, self._clock = should_stop, clock
        self._rng = np.random.default_rng(recipe.seed)
        self._epoch, self._before_s, self._started = 0, 0.0, clock()
        self.fraction = 0.0

    def resume(self, standing: Standing) -> None:
        self._epoch, self._before_s, self._started = standing.epoch, standing.elapsed_s, self._clock()
        self.fraction = float(standing.epoch)
        if standing.random is not None:
            self._rng.bit_generator.state = standing.random

    @property
    def elapsed_s(self) -> float:
        return self._before_s + self._clock() - self._started

    @property
    def progress(self) -> float:
        return self._recipe.budget.progress(self.fraction, self.elapsed_s)

    @property
    def random_state(self) -> dict[str, Any]:
        return dict(self._rng.bit_generator.state)

    def run_epoch(self, frames: Frames, labels: Labels) -> EpochMetrics | None:
        """Return the metrics of one epoch, cut short when the budget ends; None if stopped in it.

        `frames` uint8 (M, S, S, 3), `labels` (M,) are the validation photos.
        """
        began, size_px = self._clock(), size_at(self.progress, self._recipe.sizes)
        steps = self._pass(size_px)
        if steps is None:
            return None
        self._epoch += 1
        self.fraction = float(self._epoch)
        loss, accuracy, rate, _ = np.mean(steps, axis=0).tolist()
        speed = sum(count for *_, count in steps) / max(self._clock() - began, 1e-9)
        val_loss, val_accuracy = self.trainer.evaluate(frames, labels)
        return EpochMetrics(
            epoch=self._epoch,
            loss=loss,
            accuracy=accuracy,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            learning_rate=rate,
            images_per_s=speed,
            size_px=size_px,
            progress=self.progress,
        )

    def _pass(self, size_px: int) -> list[tuple[float, float, float, int]] | None:
        """Return (loss, accuracy, learning rate, photos) of every step; None if stopped."""
        steps: list[tuple[float, float, float, int]] = []
        recipe, seen = self._recipe, 0
        for batch in self._photos.batches(self._rng, recipe.batch_size, recipe.augmentation):
            if self._should_stop():
                return None
            if steps and self.progress >= 1.0:
                break
            rate = learning_rate_at(self.progress, recipe.peak_learning_rate, recipe.warm_up)
            loss, right = self.trainer.step(batch, size_px, rate)
            if not math.isfinite(loss):
                raise TrainingDiverged(self._epoch + 1, rate)
            steps.append((loss, right, rate, len(batch.labels)))
            seen += len(batch.labels)
            self.fraction = self._epoch + seen / len(self._photos)
        return steps
