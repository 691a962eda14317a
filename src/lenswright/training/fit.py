"""Embeddings and labels in, the weights of a linear head out: the last layer, trained with Keras."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from lenswright.errors import TrainingDiverged
from lenswright.runs.request import TrainingRequest
from lenswright.training.head import LabelledFeatures, LinearHead

DEFAULT_LEARNING_RATE = 1e-3
WEIGHT_DECAY = 1e-3


class _EpochReport(keras.callbacks.Callback):
    """Hands each epoch's numbers on, and ends the fit once `should_stop` says so, at any batch."""

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
    way, weighs classes by their rarity. `should_stop()` is asked at every batch; the best head of
    the epochs so far is then returned. Raises TrainingDiverged.
    """
    keras.utils.set_random_seed(request.seed)
    model = _head_model(train.embeddings.shape[1], class_count, request)
    best = keras.callbacks.EarlyStopping("val_loss", patience=request.patience, restore_best_weights=True)
    slower = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=max(2, request.patience // 3))
    history = model.fit(
        train.embeddings,
        train.labels,
        batch_size=request.batch_size,
        epochs=request.epochs,
        validation_data=(validation.embeddings, validation.labels),
        validation_batch_size=1024,
        class_weight=_class_weights(train.labels, class_count) if request.class_weights else None,
        callbacks=[_EpochReport(len(train.labels), on_epoch, should_stop), best, slower],
        verbose=0,
    )
    kernel, bias = model.get_layer("logits").get_weights()
    return LinearHead(kernel, bias, len(history.epoch))


def _head_model(dimension: int, class_count: int, request: TrainingRequest) -> Any:
    model = keras.Sequential(
        [
            keras.Input((dimension,)),
            keras.layers.Dropout(request.dropout, seed=request.seed),
            keras.layers.Dense(class_count, name="logits"),
        ]
    )
    rate = request.learning_rate or DEFAULT_LEARNING_RATE
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def _class_weights(labels: NDArray[np.int64], class_count: int) -> dict[int, float]:
    """Return weights inverse to each class's share, so that a rare class counts as much as a common."""
    counts = np.bincount(labels, minlength=class_count)
    return {index: len(labels) / (class_count * max(1, int(count))) for index, count in enumerate(counts)}
