"""A whole network trained, from random weights or from pretrained ones, with or without a teacher.

In: a model, framed photos and labels, a recipe. Out: the model with its best averaged weights, and
files in the checkpoint folder from which an interrupted run goes on.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from lenswright.training.batches import Photos
from lenswright.training.checkpoints import BEST, Standing, load_checkpoint, save_best, save_checkpoint
from lenswright.training.course import Course, EpochMetrics
from lenswright.training.distillation import ViewBank
from lenswright.training.framed_photos import FramedPhotos
from lenswright.training.freezing import learning_rates
from lenswright.training.recipe import Recipe
from lenswright.training.train_step import Trainer


@dataclass(frozen=True)
class FitResult:
    """How a run ended; `best_weights` is None if it was stopped before there was anything to keep."""

    epochs: int
    best_epoch: int
    best_val_accuracy: float
    best_weights: Path | None
    stopped: bool
    history: tuple[EpochMetrics, ...]


def fit_network(
    model: Any,
    photos: FramedPhotos,
    *,
    recipe: Recipe,
    checkpoint_dir: Path,
    teacher: ViewBank | None = None,
    on_epoch: Callable[[EpochMetrics], None] = lambda _: None,
    on_progress: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> FitResult:
    """Train `model` (of `build_classifier`) and leave its best averaged weights in it.

    The best epoch has the lowest loss on the validation photos: accuracy jumps more by chance.
    `on_progress` gets 0..1 of the whole after each step. Goes on from `checkpoint_dir`. Raises
    TrainingDiverged and MemoryError.
    """
    trainer = _trainer(model, recipe, teacher)
    batches = Photos(photos.train, photos.labels, teacher, balanced=recipe.balanced)
    course = Course(trainer, recipe, batches, should_stop, clock, on_progress)
    standing = load_checkpoint(checkpoint_dir, trainer.state) or Standing()
    course.resume(standing)
    known = photos.validation, photos.validation_labels
    try:
        while not should_stop() and not recipe.is_over(standing):
            begins = recipe.from_start and not standing.history
            metrics = course.judge_start(*known) if begins else course.run_epoch(*known)
            if metrics is None:
                break
            standing = _record(course, standing, metrics, checkpoint_dir)
            on_epoch(metrics)
    except tf.errors.ResourceExhaustedError as exc:
        raise MemoryError(
            f"A step with {recipe.batch_size} photos does not fit in memory. "
            "Train again with a lower batch_size or size_px."
        ) from exc
    return _finish(model, standing, checkpoint_dir, stopped=not recipe.is_over(standing))


def _trainer(model: Any, recipe: Recipe, teacher: ViewBank | None) -> Trainer:
    return Trainer(
        model,
        weight_decay=recipe.weight_decay,
        average_decay=recipe.average_decay,
        losses=recipe.losses,
        centre=None if teacher is None else teacher.centre,
        rates=learning_rates(model, recipe.layer_decay),
    )


def _record(course: Course, standing: Standing, metrics: EpochMetrics, folder: Path) -> Standing:
    best = (standing.best_epoch, standing.best_val_accuracy, standing.best_val_loss)
    if metrics.val_loss < best[2]:
        best = (metrics.epoch, metrics.val_accuracy, metrics.val_loss)
        save_best(folder, course.trainer.average)
    after = Standing(
        metrics.epoch,
        course.elapsed_s,
        *best,
        random=course.random_state,
        history=(*standing.history, asdict(metrics)),
    )
    save_checkpoint(folder, after, course.trainer.state)
    return after


def _finish(model: Any, standing: Standing, folder: Path, *, stopped: bool) -> FitResult:
    best = folder / BEST if standing.history else None
    if best is not None:
        model.load_weights(str(best))
    history = tuple(EpochMetrics(**record) for record in standing.history)
    return FitResult(standing.epoch, standing.best_epoch, standing.best_val_accuracy, best, stopped, history)
