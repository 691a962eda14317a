"""What a training request means in numbers, for the two presets that train a whole network."""

from dataclasses import dataclass, field, replace
from typing import Any

from lenswright.runs.request import TrainingRequest
from lenswright.training.augmentation import Augmentation
from lenswright.training.checkpoints import Standing
from lenswright.training.schedule import Budget, Schedule
from lenswright.training.train_step import LossWeights

BATCH = 64
# Validation accuracy of 800 cats and dogs after one epoch: 98.9 % at 1e-4, 98.6 % at 3e-4, 98.3 % frozen. On
# negatives, which ImageNet never showed, three epochs at 3e-4 or 1e-3 did better still.
FINE_TUNE_RATE = 1e-4
FINE_TUNE_DECAY = 0.01
TAUGHT = LossWeights(label=0.5, soft=0.3, feature=4.0)


@dataclass(frozen=True)
class Recipe:
    """How to train a network.

    `sizes`: (from progress, side in pixels), growing: small images first cost little and teach most;
    `average_decay`: share of the running average kept per step; `patience`: epochs without a better
    one before it ends, None: never; `from_start`: the weights as given count, too, as epoch 0;
    `layer_decay`: rate of each block as a share of that of the block above.
    """

    budget: Budget
    sizes: tuple[tuple[float, int], ...]
    batch_size: int = BATCH
    schedule: Schedule = field(default_factory=lambda: Schedule(3e-3, warm_up=0.04))
    weight_decay: float = 0.03
    average_decay: float = 0.998
    augmentation: Augmentation = field(default_factory=Augmentation)
    losses: LossWeights = field(default_factory=LossWeights)
    balanced: bool = True
    patience: int | None = None
    from_start: bool = False
    layer_decay: float = 1.0
    seed: int = 0

    def is_over(self, standing: Standing) -> bool:
        """Return whether the budget is used up or `patience` at its end."""
        tired = self.patience is not None and standing.epoch - standing.best_epoch >= self.patience
        return tired or self.budget.progress(standing.epoch, standing.elapsed_s) >= 1.0


def fine_tune_recipe(request: TrainingRequest, size_px: int) -> Recipe:
    """Return the recipe of the preset `best`: every field of the request as it stands."""
    return Recipe(
        budget=Budget(request.minutes, request.fine_tune_epochs),
        sizes=((0.0, size_px),),
        batch_size=request.batch_size or BATCH,
        schedule=Schedule(
            request.fine_tune_rate or FINE_TUNE_RATE,
            request.warm_up,
            falls=request.schedule,
            patience=max(1, request.patience // 3),
        ),
        weight_decay=FINE_TUNE_DECAY if request.weight_decay is None else request.weight_decay,
        augmentation=_augmentation(request, set(TrainingRequest.model_fields)),
        losses=LossWeights(smoothing=request.label_smoothing),
        balanced=request.class_weights,
        patience=request.patience,
        from_start=True,
        layer_decay=request.layer_decay,
        seed=request.seed,
    )


def scratch_recipe(request: TrainingRequest, size_px: int, *, taught: bool) -> Recipe:
    """Return the recipe of the preset `scratch`: its own, but for what the request changes.

    `flip`, `rotation_degrees`, `zoom`, `shift`, `colour`, `randaugment`, `mixup` and `label_smoothing`
    count where they differ from their default, which is that of the preset `best`. `mixup` does
    nothing under a teacher.
    """
    epochs = None if request.minutes else request.epochs
    changed = _changed(request)
    losses = TAUGHT if taught else LossWeights()
    if "label_smoothing" in changed:
        losses = replace(losses, smoothing=request.label_smoothing)
    recipe = Recipe(
        budget=Budget(request.minutes, epochs),
        sizes=((0.0, _multiple(size_px * 0.75)), (0.45, _multiple(size_px * 0.875)), (0.8, size_px)),
        batch_size=request.batch_size or BATCH,
        augmentation=_augmentation(request, changed),
        losses=losses,
        balanced=request.class_weights,
        seed=request.seed,
    )
    if request.learning_rate is not None:
        recipe = replace(recipe, schedule=replace(recipe.schedule, peak=request.learning_rate))
    return recipe if request.weight_decay is None else replace(recipe, weight_decay=request.weight_decay)


def _changed(request: TrainingRequest) -> set[str]:
    """Return the fields that differ from their default."""
    fields = TrainingRequest.model_fields.items()
    return {name for name, known in fields if getattr(request, name) != known.default}


def _augmentation(request: TrainingRequest, names: set[str]) -> Augmentation:
    """Return the augmentation of the preset `scratch` with those `names` of the request put in."""
    changes: dict[str, dict[str, Any]] = {
        "flip": {"mirror": request.flip},
        "rotation_degrees": {"rotation_degrees": request.rotation_degrees},
        "zoom": {"min_area": 1.0 - request.zoom},
        "shift": {"shift": request.shift},
        "colour": dict.fromkeys(("brightness", "contrast", "saturation"), request.colour),
        "randaugment": {"randaugment": request.randaugment},
        "mixup": {"mixup": request.mixup},
    }
    wanted: dict[str, Any] = {}
    for name in changes.keys() & names:
        wanted |= changes[name]
    return Augmentation(**wanted)


def _multiple(size_px: float, of: int = 16) -> int:
    return max(32, round(size_px / of) * of)
