"""A run in motion: its recipe, its clock, its random numbers, one epoch after the other.

No files: `fit_network` records what comes out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenswright.errors import TrainingDiverged
from lenswright.training.batches import Frames, Labels, Photos
from lenswright.training.checkpoints import Standing
from lenswright.training.recipe import Recipe
from lenswright.training.schedule import size_at
from lenswright.training.train_step import Trainer


@dataclass(frozen=True)
class EpochMetrics:
    """One finished epoch: `loss`, `accuracy` and `learning_rate` are means over its augmented views,
    `val_*` those of the averaged weights; `progress` 0..1 of the run. Epoch 0 is the weights before
    the first step: what only steps can tell is None."""

    epoch: int
    loss: float | None
    accuracy: float | None
    val_loss: float
    val_accuracy: float
    learning_rate: float | None
    images_per_s: float | None
    size_px: int
    progress: float


class Course:
    """A run in motion: its clock, its random numbers, its epochs."""

    def __init__(
        self,
        trainer: Trainer,
        recipe: Recipe,
        photos: Photos,
        should_stop: Callable[[], bool],
        clock: Callable[[], float],
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.trainer, self._recipe, self._photos = trainer, recipe, photos
        self._should_stop, self._clock, self._on_progress = should_stop, clock, on_progress
        self._rng = np.random.default_rng(recipe.seed)
        self._epoch, self._before_s, self._started = 0, 0.0, clock()
        self._val_losses: list[float] = []
        self.fraction = 0.0

    def resume(self, standing: Standing) -> None:
        self._epoch, self._before_s, self._started = standing.epoch, standing.elapsed_s, self._clock()
        self._val_losses = [record["val_loss"] for record in standing.history]
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

    def judge_start(self, frames: Frames, labels: Labels) -> EpochMetrics:
        """Return epoch 0: what the weights are worth as they were given."""
        return self._judged(frames, labels, (None,) * 4, size_at(0.0, self._recipe.sizes))

    def run_epoch(self, frames: Frames, labels: Labels) -> EpochMetrics | None:
        """Return the metrics of one epoch, cut short when the budget ends; None if stopped in it.

        `frames` uint8 (M, S, S, 3), `labels` (M,) are the validation photos. Raises TrainingDiverged.
        """
        began, size_px = self._clock(), size_at(self.progress, self._recipe.sizes)
        steps = self._pass(size_px)
        if steps is None:
            return None
        self._epoch += 1
        self.fraction = float(self._epoch)
        loss, accuracy, rate, _ = np.mean(steps, axis=0).tolist()
        speed = sum(count for *_, count in steps) / max(self._clock() - began, 1e-9)
        return self._judged(frames, labels, (loss, accuracy, rate, speed), size_px)

    def _judged(
        self, frames: Frames, labels: Labels, steps: tuple[float | None, ...], size_px: int
    ) -> EpochMetrics:
        val_loss, val_accuracy = self.trainer.evaluate(frames, labels)
        loss, accuracy, rate, speed = steps
        if not math.isfinite(val_loss):
            raise TrainingDiverged(self._epoch, rate or 0.0)
        self._val_losses.append(val_loss)
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
            rate = recipe.schedule.rate(self.progress, self._val_losses)
            loss, right = self.trainer.step(batch, size_px, rate)
            if not math.isfinite(loss):
                raise TrainingDiverged(self._epoch + 1, rate)
            steps.append((loss, right, rate, len(batch.labels)))
            seen += len(batch.labels)
            self.fraction = self._epoch + seen / len(self._photos)
            self._on_progress(self.progress)
        return steps
