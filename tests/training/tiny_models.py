"""Small models and photos for the tests of training: 32 px, random weights, answers in milliseconds."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lenswright.training.heads_onnx import attach_head

SIZE_PX = 32


def two_coloured_photos(count: int, size_px: int = SIZE_PX) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return noisy uint8 frames (count, S, S, 3), every second one red instead of blue, and labels."""
    rng = np.random.default_rng(5)
    labels = np.arange(count, dtype=np.int64) % 2
    frames = rng.integers(0, 90, (count, size_px, size_px, 3), dtype=np.uint8)
    frames[labels == 0, :, :, 2] += 150
    frames[labels == 1, :, :, 0] += 150
    return frames, labels


def tiny_classifier(classes: int = 2, size_px: int | None = SIZE_PX) -> Any:
    """Return a Keras classifier as `build_classifier` makes them, on one convolution: D = 8."""
    import keras

    from lenswright.training.backbones import build_classifier

    keras.utils.set_random_seed(11)
    images = keras.Input((size_px, size_px, 3), dtype="uint8", name="images")
    scaled = keras.layers.Rescaling(1 / 127.5, -1.0)(images)
    found = keras.layers.Conv2D(8, 3, strides=4, padding="same", use_bias=False)(scaled)
    normal = keras.layers.BatchNormalization(momentum=0.9)(found)
    backbone = keras.Model(images, keras.layers.ReLU(6.0)(normal), name="tiny")
    return build_classifier(backbone, classes, 0.0)


def tiny_backbone(size_px: int = SIZE_PX) -> Any:
    """Return a Keras backbone with a stem and two blocks of a convolution and a BatchNorm: D = 8."""
    import keras

    keras.utils.set_random_seed(12)
    images = keras.Input((size_px, size_px, 3), dtype="uint8", name="images")
    x = keras.layers.Rescaling(1 / 127.5, -1.0)(images)
    for block in ("stem", "block_1", "block_2"):
        x = keras.layers.Conv2D(8, 3, strides=2, padding="same", name=f"{block}_conv")(x)
        x = keras.layers.BatchNormalization(momentum=0.5, name=f"{block}_norm")(x)
        x = keras.layers.ReLU(6.0, name=f"{block}_relu")(x)
    return keras.Model(images, x, name="tiny")


def onnx_of(classifier: Any, temperature: float = 1.0) -> bytes:
    """Return the ONNX twin of a classifier of `build_classifier`, made as a run makes it."""
    import keras

    from lenswright.training.onnx_export import export_backbone_onnx

    backbone = keras.Model(classifier.input, classifier.output["feature_map"])
    kernel, bias = classifier.get_layer("logits").get_weights()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.onnx")
        attach_head(export_backbone_onnx(backbone), kernel, bias, temperature=temperature, path=file)
        return file.read_bytes()


def tiny_network(size_px: int = SIZE_PX) -> bytes:
    """Return an ONNX backbone: `images` -> `feature_map` (N, S/8, S/8, 3), `embedding` (N, 3)."""
    blocks = size_px // 8
    shape = numpy_helper.from_array(np.array([0, blocks, 8, blocks, 8, 3], dtype=np.int64), "blocks")
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["floats", "blocks"], ["split"]),
        helper.make_node("ReduceMean", ["split", "inside"], ["feature_map"], keepdims=0),
        helper.make_node("ReduceMean", ["feature_map", "space"], ["embedding"], keepdims=0),
    ]
    axes = [
        numpy_helper.from_array(np.array(values, dtype=np.int64), name)
        for name, values in (("inside", [2, 4]), ("space", [1, 2]))
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "tiny",
        [info("images", TensorProto.UINT8, ["N", size_px, size_px, 3])],
        [
            info("embedding", TensorProto.FLOAT, ["N", 3]),
            info("feature_map", TensorProto.FLOAT, ["N", blocks, blocks, 3]),
        ],
        [shape, *axes],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
