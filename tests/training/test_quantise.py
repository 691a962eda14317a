"""The int8 twin answers nearly as its float32 original, and says so where there is nothing to gain."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lenswright.errors import ExportFailed
from lenswright.inference.session import open_session
from lenswright.training.heads_onnx import attach_head
from lenswright.training.quantise import FLOAT_CONVOLUTIONS, quantise
from tests.builders import make_pixels

SIDE_PX, DEPTH = 32, 12


def backbone(convolutions: int) -> bytes:
    """Return a small backbone of that many convolutions, each of them with ReLU."""
    random = np.random.default_rng(2)
    constants: dict[str, Any] = {"scale": np.array(1 / 127.5, np.float32), "one": np.array(-1, np.float32)}
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "one"], ["centred"]),
        helper.make_node("Transpose", ["centred"], ["x0"], perm=[0, 3, 1, 2]),
    ]
    for number in range(convolutions):
        before = 3 if number == 0 else DEPTH
        kernel = random.normal(0, (2 / (9 * before)) ** 0.5, (DEPTH, before, 3, 3))
        constants[f"kernel{number}"] = kernel.astype(np.float32)
        strides = [2, 2] if number < 2 else [1, 1]
        nodes += [
            helper.make_node(
                "Conv", [f"x{number}", f"kernel{number}"], [f"y{number}"], pads=[1] * 4, strides=strides
            ),
            helper.make_node("Relu", [f"y{number}"], [f"x{number + 1}"]),
        ]
    constants["space"] = np.array([1, 2], np.int64)
    nodes += [
        helper.make_node("Transpose", [f"x{convolutions}"], ["feature_map"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["feature_map", "space"], ["embedding"], keepdims=0),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "backbone",
        [info("images", TensorProto.UINT8, ["N", SIDE_PX, SIDE_PX, 3])],
        [
            info("embedding", TensorProto.FLOAT, ["N", DEPTH]),
            info("feature_map", TensorProto.FLOAT, ["N", SIDE_PX // 4, SIDE_PX // 4, DEPTH]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def frames(count: int, first_seed: int = 0) -> list[Any]:
    kinds = ("circle", "square", "triangle")
    return [make_pixels(kinds[i % 3], seed=first_seed + i, size=(SIDE_PX, SIDE_PX)) for i in range(count)]


@pytest.fixture(scope="module")
def network() -> bytes:
    return backbone(FLOAT_CONVOLUTIONS + 3)


@pytest.fixture(scope="module")
def twin(network: bytes) -> bytes:
    return quantise(network, frames(24))


def run(network: bytes, photos: list[Any]) -> tuple[Any, Any]:
    embeddings, maps = open_session(network).run(["embedding", "feature_map"], {"images": np.stack(photos)})
    return embeddings, maps


def test_the_twin_takes_and_gives_what_the_original_does(network: bytes, twin: bytes) -> None:
    ours, theirs = open_session(twin), open_session(network)
    assert [(e.name, e.type) for e in ours.get_inputs()] == [(e.name, e.type) for e in theirs.get_inputs()]
    for found, expected in zip(run(twin, frames(5)), run(network, frames(5)), strict=True):
        assert (found.shape, found.dtype) == (expected.shape, np.float32)


def test_all_convolutions_but_the_stem_are_int8(twin: bytes) -> None:
    graph = onnx.load_from_string(twin).graph
    constants = {entry.name: entry.data_type for entry in graph.initializer}
    made_by = {node.output[0]: node for node in graph.node}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    kinds = [
        constants[made_by[node.input[1]].input[0]] if node.input[1] in made_by else constants[node.input[1]]
        for node in convolutions
    ]
    assert kinds == [TensorProto.FLOAT] * FLOAT_CONVOLUTIONS + [TensorProto.INT8] * 3


def test_photos_it_was_not_calibrated_on_look_the_same_to_it(network: bytes, twin: bytes) -> None:
    unseen = frames(30, first_seed=500)
    (found, maps), (expected, _) = run(twin, unseen), run(network, unseen)
    cosines = (
        (found * expected).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
    )
    assert cosines.min() > 0.999
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), found, atol=1e-5)  # what explaining relies on


def test_each_feature_keeps_its_mean_on_the_calibration_photos(network: bytes, twin: bytes) -> None:
    found, expected = run(twin, frames(24))[0], run(network, frames(24))[0]
    np.testing.assert_allclose(found.mean(axis=0), expected.mean(axis=0), atol=1e-4)


def test_it_takes_a_head_like_any_backbone(twin: bytes, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    kernel, bias = random.normal(size=(DEPTH, 4)).astype(np.float32), np.zeros(4, np.float32)
    attach_head(twin, kernel, bias, path=tmp_path / "headed.onnx")
    session = open_session((tmp_path / "headed.onnx").read_bytes())
    (probabilities,) = session.run(["probabilities"], {"images": np.stack(frames(3))})
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_nothing_is_left_behind_or_logged(
    network: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    quantise(network, frames(4))
    assert list(tmp_path.iterdir()) == []
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("network", "photos", "words"),
    [
        (b"no network", 2, "cannot be quantised"),
        (backbone(FLOAT_CONVOLUTIONS), 2, "more than 3 convolutions to quantise. Received: 3"),
        (backbone(5), 0, "Received: none"),
    ],
)
def test_what_cannot_be_quantised_is_said(network: bytes, photos: int, words: str) -> None:
    with pytest.raises(ExportFailed, match=words):
        quantise(network, frames(photos))


def test_photos_of_another_size_are_refused(network: bytes) -> None:
    with pytest.raises(ExportFailed, match="cannot be quantised"):
        quantise(network, [np.zeros((8, 8, 3), np.uint8)])
