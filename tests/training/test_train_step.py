"""One step: it learns, its average follows, and the losses are the ones that were asked for."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras
from scipy.special import log_softmax, softmax

from lenswright.training.augmentation import WHOLE, Mixture
from lenswright.training.train_step import Batch, LossWeights, Trainer
from tests.training.tiny_models import tiny_classifier, two_coloured_photos


def _batch(count=16, **teacher):
    frames, labels = two_coloured_photos(count)
    whole = np.tile(np.array(WHOLE, np.float32), (count, 1))
    ones = np.ones(count, np.float32)
    return Batch(frames, whole, np.ones((count, 3), np.float32), labels, ones, **teacher)


def _trainer(losses=LossWeights(), centre=None):  # noqa: B008 frozen
    return Trainer(tiny_classifier(), weight_decay=0.01, average_decay=0.9, losses=losses, centre=centre)


def test_steps_lower_the_loss_and_the_average_learns_too():
    trainer, batch = _trainer(), _batch()
    losses = [trainer.step(batch, 32, 0.02)[0] for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    assert trainer.evaluate(batch.frames, batch.labels)[1] == 1.0


def test_inference_and_training_mode_agree_after_a_short_run():
    trainer, batch = _trainer(), _batch()
    for _ in range(60):
        trainer.step(batch, 32, 0.02)
    modes = [np.asarray(trainer.model(batch.frames, training=mode)["logits"]) for mode in (True, False)]
    assert (modes[0].argmax(axis=1) == modes[1].argmax(axis=1)).all()
    np.testing.assert_allclose(modes[0], modes[1], atol=0.3 * np.ptp(modes[0]))


def test_the_label_loss_is_the_smoothed_cross_entropy_weighted_by_class():
    trainer = _trainer(LossWeights(smoothing=0.2))
    batch = _batch(4)
    doubled = Batch(**{**vars(batch), "weights": np.full(4, 2.0, np.float32)})
    logits = np.asarray(trainer.model(batch.frames, training=True)["logits"])
    target = np.where(np.eye(2)[batch.labels] == 1, 0.9, 0.1)
    expected = -(target * log_softmax(logits, axis=1)).sum(axis=1).mean()
    assert trainer.step(doubled, 32, 0.0)[0] == pytest.approx(2 * expected, rel=1e-4)


def test_with_a_teacher_the_loss_is_divergence_plus_centred_cosine():
    rng = np.random.default_rng(1)
    embeddings, wanted = rng.random((4, 8), np.float32), rng.normal(size=(4, 2)).astype(np.float32)
    centre = np.full(8, 0.5, np.float32)
    trainer = _trainer(LossWeights(label=0.0, soft=1.0, feature=2.0, temperature=3.0), centre)
    batch = _batch(4, embeddings=embeddings, logits=wanted)
    answer = {name: np.asarray(value) for name, value in trainer.model(batch.frames, training=True).items()}
    surprise = log_softmax(wanted / 3, axis=1) - log_softmax(answer["logits"] / 3, axis=1)
    soft = softmax(wanted / 3, axis=1) * surprise
    left, right = embeddings - centre, answer["embedding"] - centre
    cosine = (left * right).sum(axis=1) / (np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1))
    expected = 9 * soft.sum(axis=1).mean() + 2 * (1 - cosine).mean()
    assert trainer.step(batch, 32, 0.0)[0] == pytest.approx(expected, rel=1e-4)


def test_mixed_photos_have_mixed_pixels_and_mixed_targets():
    mixture = Mixture(np.array([1, 0, 3, 2]), np.full(4, 0.75, np.float32))
    trainer, batch = _trainer(LossWeights(smoothing=0.0)), _batch(4, mixture=mixture)
    pixels = batch.frames.astype(np.float32)
    blended = np.round(0.75 * pixels + 0.25 * pixels[mixture.partners]).astype(np.uint8)
    logits = np.asarray(trainer.model(blended, training=True)["logits"])
    target = np.where(np.eye(2)[batch.labels] == 1, 0.75, 0.25)
    expected = -(target * log_softmax(logits, axis=1)).sum(axis=1).mean()
    assert trainer.step(batch, 32, 0.0)[0] == pytest.approx(expected, rel=1e-3)


def test_a_variable_moves_at_its_share_of_the_rate():
    steps = []
    for share in (1.0, 0.25, 0.0):
        model = tiny_classifier()
        rates = [share] + [1.0] * (len(model.trainable_variables) - 1)
        trainer = Trainer(model, weight_decay=0.1, average_decay=0.9, losses=LossWeights(), rates=rates)
        before = model.get_weights()
        trainer.step(_batch(), 32, 0.01)
        steps.append([now - then for now, then in zip(model.get_weights(), before, strict=True)])
    np.testing.assert_allclose(steps[1][0], 0.25 * steps[0][0], rtol=1e-3, atol=1e-7)
    assert (steps[2][0] == 0).all()
    np.testing.assert_allclose(steps[2][-1], steps[0][-1], rtol=1e-3, atol=1e-7)


def test_only_kernels_decay():
    trainer = _trainer()
    decayed = [v.path for v in trainer.model.trainable_variables if trainer.optimizer._use_weight_decay(v)]
    assert len(decayed) == 2
    assert all(path.endswith("kernel") for path in decayed)


def test_a_model_of_free_size_trains_at_the_size_asked_for():
    trainer = Trainer(
        tiny_classifier(size_px=None), weight_decay=0.0, average_decay=0.9, losses=LossWeights(), centre=None
    )
    assert all(np.isfinite(trainer.step(_batch(), size_px, 0.001)[0]) for size_px in (16, 32))


def test_the_state_names_every_variable_a_checkpoint_needs():
    trainer = _trainer()
    counts = {name: len(variables) for name, variables in trainer.state.items()}
    weights = len(trainer.model.weights)
    assert counts["model"] == counts["average"] == weights
    assert counts["optimizer"] >= 2 * len(trainer.model.trainable_variables)
    assert all(isinstance(variable, keras.Variable) for variable in trainer.state["optimizer"])
