"""What a request means: `best` takes every field as it stands, `scratch` only what was changed."""

import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.runs.request import TrainingRequest
from lenswright.training.augmentation import Augmentation
from lenswright.training.checkpoints import Standing
from lenswright.training.recipe import FINE_TUNE_RATE, TAUGHT, fine_tune_recipe, scratch_recipe
from lenswright.training.schedule import Budget, Schedule
from lenswright.training.train_step import LossWeights

OWN = {
    "flip": False, "rotation_degrees": 15.0, "zoom": 0.5, "shift": 0.2, "colour": 0.4,
    "randaugment": 2, "mixup": 0.3, "label_smoothing": 0.1,
}  # fmt: skip
OWN_VIEWS = Augmentation(0.5, 4 / 3, False, 15.0, 0.2, 0.4, 0.4, 0.4, 2, 0.3)


def _request(**fields):
    return TrainingRequest.from_json(fields)


def test_scratch_keeps_its_own_recipe_while_nothing_is_changed():
    recipe = scratch_recipe(_request(preset="scratch"), 128, taught=False)
    assert recipe.augmentation == Augmentation()
    assert recipe.losses == LossWeights()
    assert recipe.sizes == ((0.0, 96), (0.45, 112), (0.8, 128))
    assert (recipe.budget, recipe.patience, recipe.from_start) == (Budget(epochs=60), None, False)
    assert scratch_recipe(_request(), 128, taught=True).losses == TAUGHT


def test_scratch_takes_what_was_changed():
    request = _request(preset="scratch", minutes=5.0, learning_rate=0.01, weight_decay=0.1, **OWN)
    recipe = scratch_recipe(request, 128, taught=False)
    assert recipe.augmentation == OWN_VIEWS
    assert recipe.losses.smoothing == 0.1
    assert (recipe.schedule.peak, recipe.weight_decay) == (0.01, 0.1)
    assert recipe.budget == Budget(minutes=5.0)


def test_best_takes_every_field_as_it_stands():
    request = _request(
        preset="best", fine_tune_epochs=4, minutes=3.0, fine_tune_rate=0.002, schedule="plateau", warm_up=0.2,
        patience=9, weight_decay=0.0, layer_decay=0.8, class_weights=False, batch_size=16, seed=5, **OWN,
    )  # fmt: skip
    recipe = fine_tune_recipe(request, 160)
    assert recipe.augmentation == OWN_VIEWS
    assert recipe.schedule == Schedule(0.002, 0.2, "plateau", 3)
    assert recipe.budget == Budget(minutes=3.0, epochs=4)
    assert (recipe.sizes, recipe.batch_size, recipe.seed) == (((0.0, 160),), 16, 5)
    assert (recipe.weight_decay, recipe.layer_decay, recipe.balanced) == (0.0, 0.8, False)
    assert (recipe.losses.smoothing, recipe.patience, recipe.from_start) == (0.1, 9, True)


def test_the_defaults_of_best_are_its_own_rate_and_the_requests_views():
    recipe = fine_tune_recipe(_request(preset="best"), 160)
    assert recipe.schedule == Schedule(FINE_TUNE_RATE, 0.1, "cosine", 3)
    assert recipe.augmentation.min_area == pytest.approx(0.7)
    assert recipe.augmentation.rotation_degrees == 10.0


def test_a_run_is_over_when_its_epochs_or_its_patience_are():
    recipe = fine_tune_recipe(_request(preset="best", fine_tune_epochs=8, patience=3), 160)
    assert not recipe.is_over(Standing(epoch=4, best_epoch=2))
    assert recipe.is_over(Standing(epoch=5, best_epoch=2))
    assert recipe.is_over(Standing(epoch=8, best_epoch=8))
