"""A small network of our own: inverted residual blocks that weigh their channels, about 1.7 M numbers.

Like MobileNetV3 it widens, looks at each channel by itself, weighs the channels and narrows again;
it is shallower, for small photos and few of them, and has plain ReLU, which survives 8 bits.
"""

from typing import Any

import keras

STEM_CHANNELS = 24
# (channels, blocks) at 1/4, 1/8, 1/16 and 1/32 of the input
STAGES = ((32, 2), (64, 3), (128, 4), (192, 2))
EXPANSION = 4
FEATURES = 640
SQUEEZE = 8
MOMENTUM = 0.97  # Keras' 0.99 averages over more steps than a small run has


def CustomCnn(*, input_tensor: Any, include_top: bool = False, weights: None = None) -> Any:
    """Return a keras.Model of random weights: scaled pixels (N, S, S, 3) -> (N, S/32, S/32, FEATURES).

    The keywords are those of `keras.applications`. Raises ValueError if a head or weights are asked for.
    """
    if include_top or weights is not None:
        raise ValueError(
            f"Expected no head and no weights. Received: include_top={include_top}, {weights!r}."
        )
    x = _convolved(input_tensor, STEM_CHANNELS, "stem", kernel_size=3, strides=2)
    for stage, (channels, blocks) in enumerate(STAGES, start=1):
        for block in range(1, blocks + 1):
            x = _block(x, channels, 2 if block == 1 else 1, f"stage{stage}_block{block}")
    images = keras.utils.get_source_inputs(input_tensor)
    return keras.Model(images, _convolved(x, FEATURES, "features"), name="custom_cnn")


def _block(x: Any, channels: int, strides: int, name: str) -> Any:
    """(N, h, w, C) -> (N, h / strides, w / strides, channels), added to x where the shapes agree."""
    wide = _convolved(x, x.shape[-1] * EXPANSION, f"{name}_expand")
    wide = keras.layers.DepthwiseConv2D(
        3,
        strides,
        padding="same",
        use_bias=False,
        depthwise_initializer="he_normal",
        name=f"{name}_depthwise",
    )(wide)
    wide = _weighed(_normalised(wide, f"{name}_depthwise"), name)
    narrow = _convolved(wide, channels, f"{name}_project", relu=False)
    if narrow.shape != x.shape:
        return narrow
    return keras.layers.Add(name=f"{name}_add")([x, narrow])


def _weighed(x: Any, name: str) -> Any:
    """Return x (N, h, w, C), each channel times 0..1 by what the whole photo shows."""
    whole = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)  # (N, 1, 1, C)
    few = keras.layers.Conv2D(x.shape[-1] // SQUEEZE, 1, activation="relu", name=f"{name}_reduce")(whole)
    gate = keras.layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}_gate")(few)
    return keras.layers.Multiply(name=f"{name}_weigh")([x, gate])


def _convolved(
    x: Any, channels: int, name: str, *, kernel_size: int = 1, strides: int = 1, relu: bool = True
) -> Any:
    x = keras.layers.Conv2D(
        channels, kernel_size, strides, "same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)
    return _normalised(x, name, relu=relu)


def _normalised(x: Any, name: str, *, relu: bool = True) -> Any:
    x = keras.layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x) if relu else x
