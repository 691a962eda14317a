"""A new head on an exported network, without TensorFlow: what makes a retrain take seconds."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from lenswright.errors import ExportFailed

INPUT = "images"
FEATURES = ("embedding", "feature_map")
OUTPUTS = ("probabilities", *FEATURES)


def attach_head(
    network: Path | bytes,
    kernel: NDArray[np.float32],
    bias: NDArray[np.float32],
    *,
    temperature: float = 1.0,
    path: Path,
) -> None:
    """Write to `path` the classifier softmax((embedding . kernel + bias) / temperature).

    `network`: an exported backbone, or a whole classifier, whose own head is cut off; `kernel`
    float32 (D, C), `bias` float32 (C,). The file has the outputs `OUTPUTS`.
    Raises ExportFailed if the network has no such outputs or the shapes do not fit.
    """
    trunk = _trunk(network)
    _check(trunk, kernel, bias, temperature)
    trunk.graph.initializer.extend(_constants(kernel, bias, temperature))
    trunk.graph.node.extend(
        [
            helper.make_node("MatMul", ["embedding", "head/kernel"], ["head/product"]),
            helper.make_node("Add", ["head/product", "head/bias"], ["head/logits"]),
            helper.make_node("Div", ["head/logits", "head/temperature"], ["head/tempered"]),
            helper.make_node("Softmax", ["head/tempered"], ["probabilities"], axis=-1),
        ]
    )
    answer = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", kernel.shape[1]])
    trunk.graph.output.insert(0, answer)
    onnx.checker.check_model(trunk)
    onnx.save(trunk, str(path))


def cut_head(network: Path | bytes) -> bytes:
    """Return, as ONNX bytes, the part of `network` that makes `embedding` and `feature_map`.

    Raises ExportFailed if it is no ONNX or has no such outputs.
    """
    return bytes(_trunk(network).SerializeToString())


def _trunk(network: Path | bytes) -> onnx.ModelProto:
    content = network if isinstance(network, bytes) else network.read_bytes()
    try:
        model = onnx.load_from_string(content)
    except Exception as exc:  # protobuf's error, which onnx does not re-export
        raise ExportFailed(f"Expected an ONNX network. Received: {len(content)} other bytes.") from exc
    outputs = {output.name for output in model.graph.output}
    inputs = [entry.name for entry in model.graph.input]
    if not outputs.issuperset(FEATURES) or inputs != [INPUT]:
        raise ExportFailed(
            f"Expected a network from {INPUT!r} to {FEATURES}. Received: from {inputs} to {sorted(outputs)}."
        )
    return Extractor(model).extract_model([INPUT], list(FEATURES))


def _check(
    trunk: onnx.ModelProto, kernel: NDArray[np.float32], bias: NDArray[np.float32], temperature: float
) -> None:
    output = next(entry for entry in trunk.graph.output if entry.name == "embedding")
    depth = output.type.tensor_type.shape.dim[-1].dim_value
    if kernel.ndim != 2 or kernel.shape[0] != depth or bias.shape != (kernel.shape[1],):
        raise ExportFailed(
            f"Expected a kernel ({depth}, C) and a bias (C,). Received: {kernel.shape} and {bias.shape}."
        )
    if not temperature > 0:
        raise ExportFailed(f"Expected a temperature above 0. Received: {temperature}.")


def _constants(
    kernel: NDArray[np.float32], bias: NDArray[np.float32], temperature: float
) -> list[TensorProto]:
    return [
        numpy_helper.from_array(np.ascontiguousarray(kernel, dtype=np.float32), "head/kernel"),
        numpy_helper.from_array(np.ascontiguousarray(bias, dtype=np.float32), "head/bias"),
        numpy_helper.from_array(np.array(temperature, dtype=np.float32), "head/temperature"),
    ]
