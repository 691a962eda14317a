"""The preset `scratch`: a classifier from random weights, with or without a teacher.

In: a model, framed photos and labels, a recipe. Out: the model with its best averaged weights, and
files in the checkpoint folder from which an interrupted run goes on.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lenswright.training.checkpoints import BEST, Standing, load_checkpoint, save_best, save_checkpoint
from lenswright.training.course import Course, EpochMetrics, Frames, Labels, Photos, ScratchRecipe
from lenswright.training.distillation import ViewBank
from lenswright.training.train_step import Trainer


@dataclass(frozen=True)
class FitResult:
    """How a run ended; `best_weights` is None if it was stopped before its first epoch ended."""

    epochs: int
    best_epoch: int
    best_val_accuracy: float
    best_weights: Path | None
    stopped: bool
    history: tuple[EpochMetrics, ...]


def fit_scratch(
    model: Any,
    source_frames: Frames,
    labels: Labels,
    validation_frames: Frames,
    validation_labels: Labels,
    *,
    recipe: ScratchRecipe,
    checkpoint_dir: Path,
    teacher: ViewBank | None = None,
    on_epoch: Callable[[EpochMetrics], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> FitResult:
    """Train `model` (of `build_classifier`) and leave its best averaged weights in it.

    `source_frames` uint8 (N, P, P, 3), larger than the sizes trained at; `validation_frames` uint8
    (M, S, S, 3) as served. Goes on from `checkpoint_dir`. Raises TrainingDiverged.
    """
    trainer = _trainer(model, recipe, teacher)
    course = Course(trainer, recipe, Photos(source_frames, labels, teacher), should_stop, clock)
    standing = load_checkpoint(checkpoint_dir, trainer.state) or Standing()
    course.resume(standing)
    while not should_stop() and course.progress < 1.0:
        metrics = course.run_epoch(validation_frames, validation_labels)
        if metrics is None:
            break
        standing = _record(course, standing, metrics, checkpoint_dir)
        on_epoch(metrics)
    return _finish(model, standing, checkpoint_dir, stopped=course.progress < 1.0)


def _trainer(model: Any, recipe: ScratchRecipe, teacher: ViewBank | None) -> Trainer:
    return Trainer(
        model,
        weight_decay=recipe.weight_decay,
        average_decay=recipe.average_decay,
        losses=recipe.losses,
        centre=None if teacher is None else teacher.centre,
    )


def _record(course: Course, standing: Standing, metrics: EpochMetrics, folder: Path) -> Standing:
    best_epoch, best = standing.best_epoch, standing.best_val_accuracy
    if metrics.val_accuracy >= best:  # of equals the later one has trained longer
        best_epoch, best = metrics.epoch, metrics.val_accuracy
        save_best(folder, course.trainer.average)
    after = Standing(
        epoch=metrics.epoch,
        elapsed_s=course.elapsed_s,
        best_epoch=best_epoch,
        best_val_accuracy=best,
        random=course.random_state,
        history=(*standing.history, asdict(metrics)),
    )
    save_checkpoint(folder, after, course.trainer.state)
    return after


def _finish(model: Any, standing: Standing, folder: Path, *, stopped: bool) -> FitResult:
    best = folder / BEST if standing.best_epoch else None
    if best is not None:
        model.load_weights(str(best))
    history = tuple(EpochMetrics(**record) for record in standing.history)
    return FitResult(standing.epoch, standing.best_epoch, standing.best_val_accuracy, best, stopped, history)
