"""A Keras model in, a verified ONNX file out. The only module that touches tf2onnx.

tf2onnx is looking for a maintainer and still asks for a NumPy name that is gone; behind this one
door it can be replaced, and `check_parity` stands behind whatever writes the file.
"""

import logging
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lenswright.errors import ExportFailed
from lenswright.training.heads_onnx import FEATURES, INPUT
from lenswright.training.parity import open_exported

OPSET = 18


def export_backbone_onnx(backbone: Any) -> bytes:
    """Return a backbone as ONNX: `images` uint8 (N, S, S, 3) -> `embedding` (the average of the
    feature map), `feature_map`, float32. Raises ExportFailed if the converter makes anything else."""
    feature_map = backbone.outputs[0]
    embedding = keras.layers.GlobalAveragePooling2D()(feature_map)
    # the converter names an output after its last layer
    named = {
        name: keras.layers.Identity(name=name)(tensor)
        for name, tensor in zip(FEATURES, (embedding, feature_map), strict=True)
    }
    network = _converted(keras.Model(backbone.inputs[0], named))
    _check(network)
    return network


def _converted(model: Any) -> bytes:
    if "object" not in vars(np):
        np.object = object  # type: ignore[attr-defined]  # tf2onnx reads the alias NumPy removed
    import tf2onnx  # only after the line above

    # It logs a traceback for each optimisation it gives up; the runtime makes good for those.
    logging.getLogger("tf2onnx.optimizer").setLevel(logging.CRITICAL)
    signature = (tf.TensorSpec(model.inputs[0].shape, tf.uint8, name=INPUT),)
    try:
        network, _ = tf2onnx.convert.from_keras(model, signature, opset=OPSET)
    except (ValueError, RuntimeError, KeyError, AttributeError) as exc:
        raise ExportFailed(f"The model cannot be converted to ONNX: {exc}.") from exc
    return bytes(network.SerializeToString())


def _check(network: bytes) -> None:
    session = open_exported(network)
    inputs = [(entry.name, entry.type) for entry in session.get_inputs()]
    outputs = {entry.name for entry in session.get_outputs()}
    if inputs != [(INPUT, "tensor(uint8)")] or outputs != set(FEATURES):
        raise ExportFailed(
            f"Expected a uint8 input {INPUT!r} and the outputs {FEATURES}. "
            f"Received: {inputs} and {sorted(outputs)}."
        )
