"""Backbones by name, and the classifier put on one: Keras models with the scaling inside.

Every model takes uint8 RGB (N, S, S, 3) as it comes from `imaging`, so nothing outside the graph
can scale the pixels differently. What there is to build stands in `runs.backbones`.
"""

import warnings
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import keras
import numpy as np

from lenswright.errors import WeightsUnavailable
from lenswright.imaging.decode import RGB
from lenswright.runs.backbones import find_backbone

# Keras' 0.999 averages over more steps than a small run has: inference would then answer with
# statistics of the random start while the training loss falls.
SCRATCH_BATCHNORM_MOMENTUM = 0.97
STATISTICS_FRAMES = 32  # with 4, features of photos came out up to 35,000


def build_backbone(name: str, size_px: int | None, weights: Path | None, *, mirror: bool = False) -> Any:
    """Return a keras.Model: uint8 (N, S, S, 3) -> float32 feature map (N, h, w, D).

    `size_px` None: any side that is a multiple of 32. `weights` None: random weights, with
    BatchNorm statistics that follow a short run. `mirror`: the feature map is the mean of those of
    the photo and of its mirror image, turned back.
    Raises WeightsUnavailable: unknown name, no such file, or weights of another network.
    """
    entry = find_backbone(name)
    images = keras.Input((size_px, size_px, 3), dtype="uint8", name="images")
    pixels = images[..., ::-1] if entry.bgr else images
    scaled = keras.layers.Rescaling(entry.scale, entry.offset, name="scaling")(pixels)
    seen = keras.ops.concatenate([scaled, scaled[:, :, ::-1]], axis=0) if mirror else scaled  # (2N, S, S, 3)
    body = resolve_name(entry.builder)(**entry.arguments, include_top=False, weights=None, input_tensor=seen)
    feature_map = body.output
    if mirror:
        straight, mirrored = keras.ops.split(feature_map, 2, axis=0)
        feature_map = keras.layers.Average(name="both_ways")([straight, mirrored[:, :, ::-1]])
    backbone = keras.Model(images, feature_map, name=name)
    if weights is None:
        for layer in _batchnorms(backbone):
            layer.momentum = SCRATCH_BATCHNORM_MOMENTUM
    else:
        _load(backbone, weights)
    return backbone


def random_backbone(name: str, size_px: int, seed: int) -> Any:
    """Return a backbone of random weights whose features tell photos apart; a seed draws it again.

    Its BatchNorm statistics are those of `drawn_frames`: with those of new layers, the features of a
    deep network fade to 1e-12. Raises WeightsUnavailable: unknown name.
    """
    keras.utils.set_random_seed(seed)
    backbone = build_backbone(name, size_px, None)
    layers = _batchnorms(backbone)
    for layer in layers:
        layer.momentum = 0.0  # one batch says it all
    if layers:
        backbone(drawn_frames(size_px, seed), training=True)
    for layer in layers:
        layer.momentum = SCRATCH_BATCHNORM_MOMENTUM
    return backbone


def drawn_frames(size_px: int, seed: int, count: int = STATISTICS_FRAMES) -> RGB:
    """Return uint8 (count, S, S, 3): patches of all sizes over each other, as coarse and fine as photos.

    On plain colour gradients or noise, untrained layers are tuned to too little: photos then come out
    a hundred times as large, and rounding errors with them.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    frames = np.zeros((count, size_px, size_px, 3), np.float32)
    for patch_px in (2**octave for octave in range((size_px - 1).bit_length())):
        across = -(-size_px // patch_px)
        patches = random.normal(size=(count, across, across, 3)) + random.normal(
            size=(count, across, across, 1)  # brightness differs more than colour
        )
        spread = patches.repeat(patch_px, axis=1).repeat(patch_px, axis=2)
        frames += np.sqrt(patch_px) * spread[:, :size_px, :size_px]
    frames -= frames.mean(axis=(1, 2, 3), keepdims=True)
    frames /= frames.std(axis=(1, 2, 3), keepdims=True)
    contrast, brightness = random.uniform([30, 90], [70, 160], size=(count, 2)).T[:, :, None, None, None]
    drawn: RGB = np.clip(contrast * frames + brightness, 0, 255).astype(np.uint8)
    return drawn


def download_weights(name: str, file: Path) -> None:
    """Store ImageNet weights, as Keras downloads them, in `file`. Raises Exception offline."""
    entry = find_backbone(name)
    side = entry.default_size_px
    network = resolve_name(entry.builder)(
        **entry.arguments, include_top=False, weights="imagenet", input_shape=(side, side, 3)
    )
    network.save_weights(str(file))


def _batchnorms(model: Any) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


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
