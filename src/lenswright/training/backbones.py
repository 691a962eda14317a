"""Backbones by name, and the classifier put on one: Keras models with the scaling inside.

Every model takes uint8 RGB (N, S, S, 3) as it comes from `imaging`, so nothing outside the graph
can scale the pixels differently. Adding a backbone is adding one entry to `BACKBONES`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras

from lenswright.errors import WeightsUnavailable

# Keras' 0.999 averages over more steps than a small run has: inference would then answer with
# statistics of the random start while the training loss falls.
SCRATCH_BATCHNORM_MOMENTUM = 0.97


@dataclass(frozen=True)
class Backbone:
    """One feature extractor: `build(**keywords)` returns its Keras model without a head.

    The keywords are those of `keras.applications`: input_tensor or input_shape, and weights.
    `scale`, `offset`: what the network expects of a pixel, x * scale + offset.
    """

    name: str
    default_size_px: int
    build: Callable[..., Any]
    scale: float = 1 / 127.5
    offset: float = -1.0

    def download(self, file: Path) -> None:
        """Store ImageNet weights, as Keras downloads them, in `file`. Raises Exception offline."""
        side = self.default_size_px
        self.build(input_shape=(side, side, 3), weights="imagenet").save_weights(str(file))


def _mobilenet_v2(alpha: float) -> Callable[..., Any]:
    return partial(keras.applications.MobileNetV2, alpha=alpha, include_top=False)


BACKBONES: dict[str, Backbone] = {
    entry.name: entry
    for entry in (
        Backbone("mobilenet_v2", 224, _mobilenet_v2(1.0)),
        Backbone("mobilenet_v2_050", 128, _mobilenet_v2(0.5)),
    )
}


def find_backbone(name: str) -> Backbone:
    """Return the entry called `name`. Raises WeightsUnavailable if there is none."""
    if name not in BACKBONES:
        raise WeightsUnavailable(f"Expected a backbone of {sorted(BACKBONES)}. Received: {name!r}.")
    return BACKBONES[name]


def build_backbone(name: str, size_px: int | None, weights: Path | None) -> Any:
    """Return a keras.Model: uint8 (N, S, S, 3) -> float32 feature map (N, h, w, D).

    `size_px` None: any side that is a multiple of 32. `weights` None: random weights, with
    BatchNorm statistics that follow a short run.
    Raises WeightsUnavailable: unknown name, no such file, or weights of another network.
    """
    entry = find_backbone(name)
    images = keras.Input((size_px, size_px, 3), dtype="uint8", name="images")
    scaled = keras.layers.Rescaling(entry.scale, entry.offset, name="scaling")(images)
    body = entry.build(input_tensor=scaled, weights=None)
    backbone = keras.Model(images, body.output, name=name)
    if weights is None:
        _follow_short_runs(backbone)
    else:
        _load(backbone, weights)
    return backbone


def _follow_short_runs(model: Any) -> None:
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = SCRATCH_BATCHNORM_MOMENTUM


def _load(model: Any, weights: Path) -> None:
    if not weights.is_file():
        raise WeightsUnavailable(f"Expected a weights file for {model.name}. There is no {weights}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras only warns of layers it leaves random
            model.load_weights(str(weights))
    except (ValueError, OSError, KeyError, UserWarning) as exc:
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        raise WeightsUnavailable(
            f"Expected weights of {model.name} ({model.count_params()} numbers). "
            f"Received {weights.name}, which does not fit: {reason}"
        ) from exc


def build_classifier(backbone: Any, class_count: int, dropout: float) -> Any:
    """Return a keras.Model on `backbone` with a linear head: uint8 (N, S, S, 3) -> dict of float32.

    `logits` (N, C), not yet softmaxed; `embedding` (N, D), the average of the feature map;
    `feature_map` (N, h, w, D). `dropout` acts on the embedding in training only.
    """
    feature_map = backbone.output  # (N, h, w, D)
    embedding = keras.layers.GlobalAveragePooling2D(name="embedding")(feature_map)  # -> (N, D)
    dropped = keras.layers.Dropout(dropout, name="dropout")(embedding)
    logits = keras.layers.Dense(class_count, name="logits")(dropped)  # -> (N, C)
    outputs = {"logits": logits, "embedding": embedding, "feature_map": feature_map}
    return keras.Model(backbone.input, outputs, name=f"{backbone.name}_classifier")
