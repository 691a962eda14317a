"""The networks a run may start from: data only, so that the web process can name them without Keras.

Adding a backbone is adding one entry to `ENTRIES`; the tests then export and check it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lenswright.errors import WeightsUnavailable

Channels = tuple[float, float, float]

# as Keras' documentation and the repositories the weights come from state it
APACHE = "published by Google under the Apache License 2.0"


@dataclass(frozen=True)
class Backbone:
    """One feature extractor.

    `builder`: "module:callable" of a network without a head, called with `arguments` and the keywords
    `include_top`, `weights` and `input_shape` or `input_tensor` of `keras.applications`.
    `scale`, `offset`: what it expects of a pixel 0..255, x * scale + offset, for RGB, or BGR if `bgr`.
    `downloadable`: Keras knows ImageNet weights of it. `licence`: what is known of the rights in those.
    `parameters_m`: millions of numbers in it, without a head.
    """

    name: str
    title: str
    builder: str
    default_size_px: int
    parameters_m: float
    arguments: Mapping[str, Any] = field(default_factory=dict)
    scale: Channels = (1 / 127.5, 1 / 127.5, 1 / 127.5)
    offset: Channels = (-1.0, -1.0, -1.0)
    bgr: bool = False
    downloadable: bool = True
    licence: str = ""


def _efficientnet_v2(size: str, default_size_px: int, parameters_m: float) -> Backbone:
    return Backbone(
        f"efficientnet_v2_{size.lower()}",
        f"EfficientNetV2-{size}",
        f"keras.applications:EfficientNetV2{size}",
        default_size_px,
        parameters_m,
        {"include_preprocessing": False},
        scale=(1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)),
        offset=(-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225),
        licence=APACHE,
    )


_MOBILENET_V2 = "keras.applications:MobileNetV2"

ENTRIES = (
    Backbone("mobilenet_v2", "MobileNetV2", _MOBILENET_V2, 224, 2.26, licence=APACHE),
    Backbone(
        "mobilenet_v2_050",
        "MobileNetV2, half width",
        _MOBILENET_V2,
        128,
        0.71,
        {"alpha": 0.5},
        licence=APACHE,
    ),
    Backbone(
        "mobilenet_v2_130", "MobileNetV2, 1.3 width", _MOBILENET_V2, 224, 3.77, {"alpha": 1.3}, licence=APACHE
    ),
    Backbone(
        "mobilenet_v3_large",
        "MobileNetV3 Large",
        "keras.applications:MobileNetV3Large",
        224,
        3.0,
        {"include_preprocessing": False},
        licence=APACHE,
    ),
    _efficientnet_v2("B0", 224, 5.92),
    _efficientnet_v2("B2", 260, 8.77),
    Backbone(
        "vgg16",
        "VGG16",
        "keras.applications:VGG16",
        224,
        14.71,
        scale=(1.0, 1.0, 1.0),
        offset=(-103.939, -116.779, -123.68),
        bgr=True,
        licence="published by the Visual Geometry Group, Oxford, under CC BY 4.0: name them",
    ),
    Backbone(
        "resnet50_v2",
        "ResNet50V2",
        "keras.applications:ResNet50V2",
        224,
        23.56,
        licence="ported from Facebook's fb.resnet.torch, which is under a BSD licence",
    ),
    Backbone(
        "custom_cnn",
        "Own small network",
        "lenswright.training.custom_cnn:CustomCnn",
        128,
        1.66,
        downloadable=False,
    ),
)
BACKBONES: dict[str, Backbone] = {entry.name: entry for entry in ENTRIES}


def find_backbone(name: str) -> Backbone:
    """Return the entry called `name`. Raises WeightsUnavailable if there is none."""
    if name not in BACKBONES:
        raise WeightsUnavailable(f"Expected a backbone of {sorted(BACKBONES)}. Received: {name!r}.")
    return BACKBONES[name]
