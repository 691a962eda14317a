"""A whole small run from random weights: it learns, stops, resumes, keeps its budget and its best."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.errors import TrainingDiverged
from lenswright.training.augmentation import Augmentation
from lenswright.training.distillation import build_view_bank
from lenswright.training.fit_network import fit_network
from lenswright.training.framed_photos import FramedPhotos
from lenswright.training.recipe import Recipe
from lenswright.training.schedule import Budget, Schedule
from lenswright.training.train_step import LossWeights
from tests.training.tiny_models import tiny_classifier, tiny_network, two_coloured_photos

MILD = Augmentation(min_area=0.8, saturation=0.1)


def _recipe(**changes):
    usual = {"budget": Budget(epochs=8), "sizes": ((0.0, 32),), "batch_size": 8, "augmentation": MILD}
    return Recipe(**{**usual, "schedule": Schedule(0.02, 0.04), "average_decay": 0.9, **changes})


def _fit(folder, model=None, photos=24, **given):
    framed = FramedPhotos(*two_coloured_photos(photos, 40), *two_coloured_photos(10))
    given = {"recipe": _recipe(), **given}
    return fit_network(model or tiny_classifier(), framed, checkpoint_dir=folder, **given)


def _stop_after(checks):
    calls = iter(range(checks))
    return lambda: next(calls, None) is None


def test_a_run_learns_and_leaves_its_best_weights_in_the_model(tmp_path):
    model, seen = tiny_classifier(), []
    result = _fit(tmp_path, model, on_epoch=seen.append)
    frames, labels = two_coloured_photos(10)
    answers = np.asarray(model(frames, training=False)["logits"]).argmax(axis=1)
    assert (answers == labels).mean() == result.best_val_accuracy == 1.0
    assert not result.stopped
    assert [metrics.epoch for metrics in seen] == list(range(1, 9))
    assert seen[-1].loss < seen[0].loss
    assert seen[-1].progress == 1.0
    assert result.history == tuple(seen)


def test_progress_is_told_after_every_step_of_an_epoch(tmp_path):
    told = []
    _fit(tmp_path, recipe=_recipe(budget=Budget(epochs=2)), on_progress=told.append)
    assert len(told) == 2 * 3  # three steps of eight photos each
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_stopped_run_says_so_and_goes_on_where_it_was(tmp_path):
    first = _fit(tmp_path, should_stop=_stop_after(14))
    assert first.stopped
    assert 1 <= first.epochs < 8
    second = _fit(tmp_path)
    assert (second.epochs, second.stopped) == (8, False)
    assert second.history[: first.epochs] == first.history


def test_a_resumed_run_ends_as_one_that_was_never_stopped(tmp_path):
    straight, resumed = tiny_classifier(), tiny_classifier()
    _fit(tmp_path / "a", straight)
    _fit(tmp_path / "b", tiny_classifier(), should_stop=_stop_after(14))
    _fit(tmp_path / "b", resumed)
    for mine, theirs in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_a_run_stopped_at_once_has_no_best_weights(tmp_path):
    result = _fit(tmp_path, should_stop=lambda: True)
    assert (result.epochs, result.best_weights, result.stopped) == (0, None, True)


def test_a_budget_of_minutes_ends_the_run_however_slow_it_is(tmp_path):
    clock = iter(range(0, 100_000, 4))  # every look at the clock is four seconds later
    recipe = _recipe(budget=Budget(minutes=3))
    result = _fit(tmp_path, recipe=recipe, clock=lambda: float(next(clock)))
    assert not result.stopped
    assert 1 <= result.epochs < 8
    assert result.history[-1].progress > 0.9


def test_the_images_grow_with_the_run(tmp_path):
    recipe = _recipe(budget=Budget(epochs=2), sizes=((0.0, 16), (0.5, 32)))
    result = _fit(tmp_path, tiny_classifier(size_px=None), photos=16, recipe=recipe)
    assert [metrics.size_px for metrics in result.history] == [16, 32]


def test_a_loss_that_is_no_number_ends_the_run_with_the_rate_that_did_it(tmp_path):
    model = tiny_classifier()
    kernel, bias = model.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel * np.float32("nan"), bias])
    with pytest.raises(TrainingDiverged, match="epoch 1 at a learning rate of"):
        _fit(tmp_path, model)


def test_a_run_with_a_teacher_learns_its_embedding(tmp_path):
    frames, labels = two_coloured_photos(24, 40)
    (tmp_path / "teacher.onnx").write_bytes(tiny_network())
    bank = build_view_bank(
        tmp_path / "teacher.onnx", frames, labels, tmp_path / "bank", views=3, augmentation=MILD
    )
    wide = np.repeat(bank.embeddings, 3, axis=2)[:, :, :8]  # the tiny student's width
    bank = type(bank)(bank.boxes, wide, wide[:, 0].astype(np.float32).mean(axis=0), bank.logits)
    result = _fit(tmp_path / "run", teacher=bank)
    assert result.best_val_accuracy == 1.0
    assert result.history[-1].loss < result.history[0].loss * 0.8


def test_the_start_is_epoch_0_and_is_kept_when_nothing_beats_it_before_patience_ends(tmp_path):
    model = tiny_classifier()
    _fit(tmp_path / "before", model)
    known = model.get_weights()
    spoiling = _recipe(losses=LossWeights(smoothing=0.5), from_start=True, patience=2)
    result = _fit(tmp_path / "run", model, recipe=spoiling)
    start = result.history[0]
    assert (start.epoch, start.loss, start.val_accuracy) == (0, None, 1.0)
    assert (result.epochs, result.best_epoch, result.stopped) == (2, 0, False)
    for mine, theirs in zip(model.get_weights(), known, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_plateau_is_remembered_over_a_resume(tmp_path):
    recipe = _recipe(schedule=Schedule(1e-9, falls="plateau", patience=1), budget=Budget(epochs=5))
    straight = _fit(tmp_path / "a", recipe=recipe)
    _fit(tmp_path / "b", recipe=recipe, should_stop=_stop_after(11))
    resumed = _fit(tmp_path / "b", recipe=recipe)
    rates = [[metrics.learning_rate for metrics in result.history] for result in (straight, resumed)]
    assert rates[0] == rates[1]
