"""Embeddings and labels in, the weights of a linear head out: the last layer, trained with Keras."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenswright.errors import TrainingDiverged
from lenswright.runs.request import TrainingRequest
from lenswright.training.head import LabelledFeatures, LinearHead

# Chosen on 1,560 validation photos of 120 classes: as good as smaller and slower steps, in half the time.
DEFAULT_LEARNING_RATE = 1e-3
DEFAULT_WEIGHT_DECAY = 0.3
DEFAULT_BATCH = 256
VALIDATION_BATCH = 1024
READ_ROWS = 4096  # at once from disk, batches are cut from them: handing over each by itself costs more
HELD_BYTES = 256_000_000  # embeddings up to here are held in memory, more are read from disk each epoch
STEPS_PER_CALL = 32  # so many batches a call into TensorFlow: small steps are otherwise mostly overhead

Floats = NDArray[np.float32]
Batch = tuple[Floats, Floats, Floats]  # embeddings (n, D), target probabilities (n, C), weights (n,)


@dataclass(frozen=True)
class _Batches:
    """The batches of one epoch after the other, read as they are needed."""

    features: LabelledFeatures
    class_count: int
    size: int
    weights: Floats  # (C,)
    mixup: float = 0.0
    random: np.random.Generator | None = None  # None: in order

    def __call__(self) -> Iterator[Batch]:
        count = len(self.features)
        order = np.arange(count) if self.random is None else self.random.permutation(count)
        for start in range(0, count, READ_ROWS):
            yield self._part(order[start : start + READ_ROWS])

    def _part(self, rows: NDArray[np.int64]) -> Batch:
        embeddings, labels = self.features.embeddings[rows], self.features.labels[rows]
        targets, weights = np.eye(self.class_count, dtype=np.float32)[labels], self.weights[labels]
        if self.random is None or not self.mixup:
            return embeddings, targets, weights
        mixed: Batch = _mixed(self.random, self.mixup, embeddings, targets, weights)
        return mixed

    def dataset(self) -> Any:
        width = self.features.embeddings.shape[1]
        shapes = ((None, width), (None, self.class_count), (None,))
        signature = tuple(tf.TensorSpec(shape, tf.float32) for shape in shapes)
        batches = tf.data.Dataset.from_generator(self, output_signature=signature).rebatch(self.size)
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps())).prefetch(STEPS_PER_CALL)

    def steps(self) -> int:
        return -(-len(self.features) // self.size)


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


class _EpochReport(keras.callbacks.Callback):
    """Hands each epoch's numbers on, and ends the fit once `should_stop` says so."""

    def __init__(
        self, count: int, on_epoch: Callable[[dict[str, Any]], None], should_stop: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._count, self._on_epoch, self._should_stop = count, on_epoch, should_stop
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 keras' signature
        self._began = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 keras' signature
        if self._should_stop():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        numbers["learning_rate"] = float(self.model.optimizer.learning_rate)
        if not np.isfinite(numbers["loss"]):
            raise TrainingDiverged(epoch + 1, numbers["learning_rate"])
        numbers["images_per_s"] = self._count / max(1e-6, time.monotonic() - self._began)
        self._on_epoch({"epoch": epoch + 1, **numbers})


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
    the epochs so far is then returned. Raises TrainingDiverged.
    """
    keras.utils.set_random_seed(request.seed)
    train, validation = _held(train), _held(validation)
    even = np.ones(class_count, np.float32)
    weights = _class_weights(train.labels, class_count) if request.class_weights else even
    random = np.random.default_rng(request.seed)
    size = request.batch_size or DEFAULT_BATCH
    batches = _Batches(train, class_count, size, weights, request.mixup, random)
    held_out = _Batches(validation, class_count, VALIDATION_BATCH, even)
    model = _head_model(train.embeddings.shape[1], class_count, request, batches.steps())
    best = keras.callbacks.EarlyStopping("val_loss", patience=request.patience, restore_best_weights=True)
    slower = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=max(2, request.patience // 3))
    history = model.fit(
        batches.dataset(),
        epochs=request.epochs,
        shuffle=False,  # the batches come in a new order each time
        validation_data=held_out.dataset(),
        callbacks=[_EpochReport(len(train), on_epoch, should_stop), best, slower],
        verbose=0,
    )
    return _best_head(model, history)


def _head_model(width: int, class_count: int, request: TrainingRequest, steps: int) -> Any:
    model = keras.Sequential(
        [
            keras.Input((width,)),
            keras.layers.Dropout(request.dropout, seed=request.seed),
            keras.layers.Dense(class_count, name="logits"),
        ]
    )
    rate = DEFAULT_LEARNING_RATE if request.learning_rate is None else request.learning_rate
    decay = DEFAULT_WEIGHT_DECAY if request.weight_decay is None else request.weight_decay
    smoothing = request.label_smoothing
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=decay),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing),
        metrics=["accuracy"],
        steps_per_execution=min(STEPS_PER_CALL, steps),
    )
    return model


def _class_weights(labels: NDArray[np.int64], class_count: int) -> Floats:
    """Return weights inverse to each class's share, so that a rare class counts as much as a common."""
    counts = np.bincount(labels, minlength=class_count).clip(1)
    return (len(labels) / (class_count * counts)).astype(np.float32)


def _best_head(model: Any, history: Any) -> LinearHead:
    kernel, bias = model.get_layer("logits").get_weights()
    losses, accuracies = history.history.get("val_loss", []), history.history.get("val_accuracy", [])
    best = int(np.argmin(losses)) if losses else 0
    measured = (float(losses[best]), float(accuracies[best])) if losses else (float("nan"), 0.0)
    return LinearHead(kernel, bias, len(history.epoch), *measured)
