"""A Keras model in, a verified ONNX file out. The only module that touches tf2onnx.

tf2onnx is looking for a maintainer and still asks for a NumPy name that is gone; behind this one
door it can be replaced, and `check_parity` stands behind whatever writes the file.
"""

from itertools import cycle
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
from numpy.typing import NDArray

from lenswright.errors import ExportFailed
from lenswright.training.heads_onnx import FEATURES, INPUT, OUTPUTS

OPSET = 18
TOLERANCE = 1e-4
BATCH_SIZES = (1, 3, 7)


def export_onnx(model: Any, path: Path, *, opset: int = OPSET, temperature: float = 1.0) -> None:
    """Write a classifier of `backbones.build_classifier` to `path`.

    Input `images` uint8 (N, S, S, 3); outputs `probabilities` softmax(logits / temperature),
    `embedding`, `feature_map`, float32. Raises ExportFailed if the converter makes anything else.
    """
    if not temperature > 0:
        raise ExportFailed(f"Expected a temperature above 0. Received: {temperature}.")
    answer = model(model.inputs[0])  # outputs by name, however Keras keeps them inside
    tempered = keras.layers.Rescaling(1.0 / temperature)(answer["logits"])
    outputs = {
        "probabilities": keras.layers.Softmax()(tempered),
        "embedding": answer["embedding"],
        "feature_map": answer["feature_map"],
    }
    _convert(model.inputs[0], outputs, path, opset)
    _expect(path, OUTPUTS)


def export_backbone_onnx(backbone: Any, path: Path, *, opset: int = OPSET) -> None:
    """Write a backbone to `path`: `images` uint8 (N, S, S, 3) -> `embedding` (the average of the
    feature map), `feature_map`, float32. Raises ExportFailed if the converter makes anything else."""
    feature_map = backbone.outputs[0]
    embedding = keras.layers.GlobalAveragePooling2D()(feature_map)
    _convert(backbone.inputs[0], {"embedding": embedding, "feature_map": feature_map}, path, opset)
    _expect(path, FEATURES)


def _convert(images: Any, outputs: dict[str, Any], path: Path, opset: int) -> None:
    if "object" not in vars(np):
        np.object = object  # type: ignore[attr-defined]  # tf2onnx reads the alias NumPy removed
    import tf2onnx  # only after the line above

    # the converter names an output after its last layer
    named = {name: keras.layers.Identity(name=name)(tensor) for name, tensor in outputs.items()}
    signature = (tf.TensorSpec(images.shape, tf.uint8, name=INPUT),)
    try:
        tf2onnx.convert.from_keras(keras.Model(images, named), signature, opset=opset, output_path=str(path))
    except (ValueError, RuntimeError, KeyError, AttributeError) as exc:
        raise ExportFailed(f"The model cannot be converted to ONNX: {exc}.") from exc


def _expect(path: Path, names: tuple[str, ...]) -> None:
    session = open_quietly(path)
    inputs = [(entry.name, entry.type) for entry in session.get_inputs()]
    outputs = {entry.name for entry in session.get_outputs()}
    if inputs != [(INPUT, "tensor(uint8)")] or outputs != set(names):
        raise ExportFailed(
            f"Expected a uint8 input {INPUT!r} and the outputs {names}. "
            f"Received: {inputs} and {sorted(outputs)}."
        )


def open_quietly(path: Path) -> onnxruntime.InferenceSession:
    """Return a session on `path`. Raises ExportFailed if the runtime refuses the file."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors; its warnings are about shapes we leave free on purpose
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # the runtime's own classes have no common, public base
        raise ExportFailed(f"The exported file cannot be opened: {exc}.") from exc


def check_parity(
    keras_probabilities: NDArray[np.float32], onnx_path: Path, frames: NDArray[np.uint8]
) -> float:
    """Return the largest difference between Keras' probabilities (N, C) and the file's.

    `frames` uint8 (N, S, S, 3) go through the file in batches of `BATCH_SIZES` in turn.
    Raises ExportFailed from a difference of `TOLERANCE` on, or if one answer has another class.
    """
    answers = _answer(open_quietly(onnx_path), frames)
    difference = float(np.abs(answers - keras_probabilities).max())
    other = int((answers.argmax(axis=1) != keras_probabilities.argmax(axis=1)).sum())
    if not difference < TOLERANCE or other:
        raise ExportFailed(
            f"Expected probabilities within {TOLERANCE} of the trained model's and the same classes. "
            f"Received: {difference:.2g} and {other} of {len(frames)} different."
        )
    return difference


def _answer(session: onnxruntime.InferenceSession, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    parts: list[Any] = []
    start = 0
    for size in cycle(BATCH_SIZES):
        if start >= len(frames):
            break
        parts.append(session.run(["probabilities"], {INPUT: frames[start : start + size]})[0])
        start += size
    return np.concatenate(parts)
