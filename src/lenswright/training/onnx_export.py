"""A Keras model in, a verified ONNX file out. The only module that touches tf2onnx.

tf2onnx is looking for a maintainer and still asks for a NumPy name that is gone; behind this one
door it can be replaced, and `check_parity` stands behind whatever writes the file.
"""

import logging
from itertools import cycle
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, ExportFailed
from lenswright.inference.session import open_session
from lenswright.training.heads_onnx import FEATURES, INPUT
from lenswright.training.parity import check_alike

OPSET = 18
TOLERANCE = 1e-4
BATCH_SIZES = (1, 3, 7)


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
    session = _open(network)
    inputs = [(entry.name, entry.type) for entry in session.get_inputs()]
    outputs = {entry.name for entry in session.get_outputs()}
    if inputs != [(INPUT, "tensor(uint8)")] or outputs != set(FEATURES):
        raise ExportFailed(
            f"Expected a uint8 input {INPUT!r} and the outputs {FEATURES}. "
            f"Received: {inputs} and {sorted(outputs)}."
        )


def _open(network: bytes) -> onnxruntime.InferenceSession:
    try:
        return open_session(network)
    except BundleRefused as exc:
        raise ExportFailed(f"The exported file cannot be opened: {exc}") from exc


def check_parity(
    keras_probabilities: NDArray[np.float32], onnx_path: Path, frames: NDArray[np.uint8]
) -> float:
    """Return the largest difference between Keras' probabilities (N, C) and the file's.

    `frames` uint8 (N, S, S, 3) go through the file in batches of `BATCH_SIZES` in turn.
    Raises ExportFailed from a difference of `TOLERANCE` on, or if one answer has another class.
    """
    answers = _answer(_open(onnx_path.read_bytes()), frames)
    return check_alike(
        answers, keras_probabilities, TOLERANCE, name="The exported file", original="the trained model"
    )


def _answer(session: onnxruntime.InferenceSession, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    parts: list[Any] = []
    start = 0
    for size in cycle(BATCH_SIZES):
        if start >= len(frames):
            break
        parts.append(session.run(["probabilities"], {INPUT: frames[start : start + size]})[0])
        start += size
    return np.concatenate(parts)
