"""One step of a run: views in, weights moved, losses out. Owns the optimizer and the average."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenswright.training.augmentation import Mixture, crop, jitter_colour, mix

EVALUATION_BATCH = 64


@dataclass(frozen=True)
class LossWeights:
    """How much each teacher counts: `label` (cross-entropy with the truth, smoothed by `smoothing`),
    `soft` (divergence from the teacher's answer at `temperature`), `feature` (one minus the cosine
    between the centred embeddings). Without a teacher only `label` is used, at weight 1."""

    label: float = 0.5
    soft: float = 1.0
    feature: float = 3.0
    temperature: float = 3.0
    smoothing: float = 0.05


@dataclass(frozen=True)
class Batch:
    """What one step sees: `frames` uint8 (N, P, P, 3), `boxes` (N, 5), `colours` (N, 3), `labels`
    (N,), `weights` (N,), perhaps a `mixture` and, with a teacher, `embeddings` (N, D) and `logits`
    (N, C)."""

    frames: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    colours: NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]
    mixture: Mixture | None = None
    embeddings: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None


class Trainer:
    """Moves `model` by AdamW and keeps `average`, the running mean of all its weights.

    The average is what is judged and kept: it is steadier than any single step, and at a high
    learning rate several points better. `rates`: the share of the learning rate that each trainable
    variable moves at; None: all of it.
    """

    def __init__(
        self,
        model: Any,
        *,
        weight_decay: float,
        average_decay: float,
        losses: LossWeights,
        centre: NDArray[np.float32] | None = None,
        rates: Sequence[float] | None = None,
    ) -> None:
        self.model = model
        self.average = keras.models.clone_model(model)
        self.average.set_weights(model.get_weights())
        self.optimizer = keras.optimizers.AdamW(0.0, weight_decay=weight_decay)
        self.optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        self.optimizer.build(model.trainable_variables)
        self._average_decay, self._losses = average_decay, losses
        self._centre = None if centre is None else tf.constant(centre, tf.float32)
        self._rates = rates or [1.0] * len(model.trainable_variables)
        self._run = tf.function(self._step)
        self._answer = tf.function(lambda images: self.average(images, training=False)["logits"])

    @property
    def state(self) -> dict[str, list[Any]]:
        """The variables a checkpoint holds, by group."""
        weights = {id(variable) for variable in self.model.weights}
        return {
            "model": self.model.weights,
            "average": self.average.weights,
            "optimizer": self.optimizer.variables,
            "seeds": [variable for variable in self.model.variables if id(variable) not in weights],
        }

    def step(self, batch: Batch, size_px: int, learning_rate: float) -> tuple[float, float]:
        """Train on one batch at `size_px`; return its loss and its share of right answers."""
        teacher = mixture = None
        if batch.embeddings is not None and batch.logits is not None:
            teacher = (tf.constant(batch.embeddings), tf.constant(batch.logits))
        if batch.mixture is not None:
            mixture = (tf.constant(batch.mixture.partners), tf.constant(batch.mixture.shares))
        seen = (batch.frames, batch.boxes, batch.colours, batch.labels, batch.weights)
        self.optimizer.learning_rate.assign(learning_rate)
        loss, right = self._run(tuple(map(tf.constant, seen)), mixture, teacher, size_px)
        return float(loss), float(right)

    def _step(self, seen: Any, mixture: Any, teacher: Any, size_px: int) -> tuple[Any, Any]:
        frames, boxes, colours, labels, weights = seen
        images = jitter_colour(crop(frames, boxes, size_px), colours)
        targets = self._targets(labels, weights)
        if mixture is not None:
            images = tf.cast(tf.round(mix(images, *mixture)), tf.uint8)
            targets = mix(targets, *mixture)
        with tf.GradientTape() as tape:
            answer = self.model(images, training=True)
            loss = self._loss(answer, targets, teacher)
        self._move(tape.gradient(loss, self.model.trainable_variables))
        self._follow()
        guesses = tf.argmax(answer["logits"], axis=1)
        return loss, tf.reduce_mean(tf.cast(guesses == labels, tf.float32))

    def _move(self, gradients: Any) -> None:
        variables = self.model.trainable_variables
        slowed = [(v, rate) for v, rate in zip(variables, self._rates, strict=True) if rate != 1.0]
        before = [tf.identity(variable.value) for variable, _ in slowed]
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        # Adam's step does not shrink with its gradient, so it is the step that is cut
        for (variable, rate), start in zip(slowed, before, strict=True):
            variable.value.assign(start + rate * (variable.value - start))

    def _follow(self) -> None:
        steps = tf.cast(self.optimizer.iterations.value, tf.float32)
        # a young average would remember the random start, so it begins short and grows
        decay = tf.minimum(self._average_decay, (1.0 + steps) / (10.0 + steps))
        for mean, now in zip(self.average.weights, self.model.weights, strict=True):
            mean.value.assign_sub((1.0 - decay) * (mean.value - now.value))

    def _targets(self, labels: Any, weights: Any) -> Any:
        """Return float32 (N, C): the smoothed truth, times the weight of its class."""
        classes, smoothing = self.model.output["logits"].shape[-1], self._losses.smoothing
        truth = tf.one_hot(labels, classes) * (1.0 - smoothing) + smoothing / classes
        return weights[:, tf.newaxis] * truth

    def _loss(self, answer: Any, targets: Any, teacher: Any) -> Any:
        logits, losses = answer["logits"], self._losses
        label = -tf.reduce_sum(targets * tf.nn.log_softmax(logits), axis=1)
        if teacher is None:
            return tf.reduce_mean(label)
        embeddings, teacher_logits = teacher
        soft = _divergence(teacher_logits, logits, losses.temperature)
        cosine = _cosine(embeddings - self._centre, answer["embedding"] - self._centre)
        return tf.reduce_mean(losses.label * label + losses.soft * soft + losses.feature * (1.0 - cosine))

    def evaluate(self, frames: NDArray[np.uint8], labels: NDArray[np.int64]) -> tuple[float, float]:
        """Return cross-entropy and accuracy of the average on frames uint8 (N, S, S, 3)."""
        starts = range(0, len(frames), EVALUATION_BATCH)
        parts = [self._answer(tf.constant(frames[i : i + EVALUATION_BATCH])) for i in starts]
        logits = tf.concat(parts, axis=0)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        return float(loss), float(np.mean(np.argmax(logits, axis=1) == labels))


def _divergence(teacher: Any, student: Any, temperature: float) -> Any:
    """Return (N,): KL(teacher || student) of logits softened by `temperature`, times its square so
    that the gradient keeps its size."""
    wanted = tf.nn.softmax(teacher / temperature)
    surprise = tf.nn.log_softmax(teacher / temperature) - tf.nn.log_softmax(student / temperature)
    return tf.reduce_sum(wanted * surprise, axis=1) * temperature**2


def _cosine(left: Any, right: Any) -> Any:
    return tf.reduce_sum(tf.math.l2_normalize(left, axis=1) * tf.math.l2_normalize(right, axis=1), axis=1)
