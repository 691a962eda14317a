"""A float32 backbone in, its int8 twin out: half the time per photo, a quarter of the size.

Convolutions become int8 with a scale for each output channel; activations become uint8, whose ranges
are the extremes seen on training photos. uint8 times int8 is what CPUs multiply fastest. Those
without VNNI may overflow in it: the golden answers then differ, and serving takes the float32 twin.
Safe everywhere would be 7-bit weights (`reduce_range`), which cost accuracy on every CPU, or ONNX
Runtime's x64quantprecision, which doubles the time on every CPU. Percentiles or entropy instead of
the extremes took four times as long to find and were no better.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from lenswright.errors import ExportFailed
from lenswright.imaging.decode import RGB
from lenswright.inference.session import open_session
from lenswright.training.heads_onnx import FEATURES, INPUT

KINDS = ["Conv", "Add", "Clip", "Relu", "MaxPool"]
# The stem sees few channels of very different ranges. On 120 dog breeds 96.8 % of the answers stay
# with it in float32 and 94.1 % without; the time is the same.
FLOAT_CONVOLUTIONS = 3

Floats = NDArray[np.float32]


def quantise(network: bytes, frames: Sequence[RGB]) -> bytes:
    """Return a backbone as ONNX whose convolutions compute in int8; input and outputs stay as they were.

    `network`: ONNX, `images` uint8 (N, S, S, 3) -> `embedding` (the average of the feature map),
    `feature_map`, float32. `frames` (S, S, 3): 64 photos are enough. Raises ExportFailed.
    """
    if not len(frames):
        raise ExportFailed("Expected photos to calibrate an int8 network with. Received: none.")
    try:
        with tempfile.TemporaryDirectory() as folder:
            fused, quantised = Path(folder, "fused.onnx"), Path(folder, "quantised.onnx")
            stem = _fuse(network, fused)
            quantize_static(
                fused,
                quantised,
                Frames(frames),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=KINDS,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=stem,
            )
            return _corrected(network, onnx.load(quantised), frames)
    except ExportFailed:
        raise
    except Exception as exc:  # neither the quantiser nor the runtime says what it raises
        raise ExportFailed(f"The network cannot be quantised: {exc}.") from exc


class Frames(CalibrationDataReader):
    """Gives the quantiser one photo at a time."""

    def __init__(self, frames: Sequence[RGB]) -> None:
        self._batches: Iterator[dict[str, Any]] = (_batch(frame) for frame in frames)

    def get_next(self) -> dict[str, Any] | None:
        return next(self._batches, None)


def _batch(frame: RGB) -> dict[str, Any]:
    return {INPUT: np.ascontiguousarray(frame)[None]}  # (S, S, 3) -> (1, S, S, 3)


def _fuse(network: bytes, path: Path) -> list[str]:
    """Write `network` to `path`, each convolution fused with what follows it; return the stem's nodes."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    options.log_severity_level = 3
    ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    model = onnx.load(path)
    add_pre_process_metadata(model)  # or the quantiser asks for what has just been done
    for number, node in enumerate(model.graph.node):
        node.name = f"{number}"  # excluded by name, and some have none
    onnx.save(model, path)
    convolutions = [number for number, node in enumerate(model.graph.node) if node.op_type == "Conv"]
    if len(convolutions) <= FLOAT_CONVOLUTIONS:
        raise ExportFailed(
            f"Expected a network of more than {FLOAT_CONVOLUTIONS} convolutions to quantise."
            f" Received: {len(convolutions)}."
        )
    return [f"{number}" for number in range(convolutions[FLOAT_CONVOLUTIONS])]


def _corrected(network: bytes, quantised: onnx.ModelProto, frames: Sequence[RGB]) -> bytes:
    """Return `quantised` with the mean and spread of each feature as `network` has them on `frames`."""
    expected, found = (_embeddings(data, frames) for data in (network, quantised.SerializeToString()))
    deviation, spread = found - found.mean(axis=0), found.var(axis=0)
    scale = (deviation * (expected - expected.mean(axis=0))).mean(axis=0) / spread.clip(1e-9)
    scale = np.where(spread > 1e-9, scale.clip(0.5, 2.0), 1.0).astype(np.float32)
    offset = (expected.mean(axis=0) - scale * found.mean(axis=0)).astype(np.float32)
    _put_after(quantised.graph, "feature_map", scale, offset)
    return bytes(quantised.SerializeToString())


def _put_after(graph: onnx.GraphProto, output: str, scale: Floats, offset: Floats) -> None:
    """Let `output` (..., D) be scale * what it was + offset, (D,) each, for all that use it."""
    before = f"{output}/quantised"
    place, maker = next((at, node) for at, node in enumerate(graph.node) if output in node.output)
    maker.output[list(maker.output).index(output)] = before
    names = {f"{output}/scale": scale, f"{output}/offset": offset}
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in names.items())
    for node in (  # the later one first, as both go to the same place
        helper.make_node("Add", [f"{output}/scaled", f"{output}/offset"], [output]),
        helper.make_node("Mul", [before, f"{output}/scale"], [f"{output}/scaled"]),
    ):
        graph.node.insert(place + 1, node)


def _embeddings(network: bytes, frames: Sequence[RGB]) -> Floats:
    """Return float32 (N, D)."""
    session = open_session(network)
    return np.concatenate([session.run([FEATURES[0]], _batch(frame))[0] for frame in frames])
