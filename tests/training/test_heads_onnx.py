"""A head put on an exported network, checked against the same sum in NumPy."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from scipy.special import softmax

from lenswright.errors import ExportFailed
from lenswright.training.heads_onnx import OUTPUTS, attach_head, cut_head
from tests.training.tiny_models import tiny_network, two_coloured_photos

KERNEL = np.array([[0.5, -0.2], [0.1, 0.3], [-0.4, 0.2]], np.float32)
BIAS = np.array([0.25, -0.5], np.float32)


def _answers(path, frames):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert {output.name for output in session.get_outputs()} == set(OUTPUTS)
    return dict(zip(OUTPUTS, session.run(list(OUTPUTS), {"images": frames}), strict=True))


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_the_file_answers_the_tempered_softmax_of_the_head(tmp_path, batch):
    frames, _ = two_coloured_photos(batch)
    attach_head(tiny_network(), KERNEL, BIAS, temperature=20.0, path=tmp_path / "model.onnx")
    answers = _answers(tmp_path / "model.onnx", frames)
    logits = frames.mean(axis=(1, 2)) @ KERNEL + BIAS
    np.testing.assert_allclose(answers["probabilities"], softmax(logits / 20.0, axis=1), atol=1e-5)
    np.testing.assert_allclose(answers["embedding"], frames.mean(axis=(1, 2)), rtol=1e-5)
    assert answers["feature_map"].shape == (batch, 4, 4, 3)


def test_a_head_replaces_the_one_a_classifier_already_has(tmp_path):
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    three = np.zeros((3, 3), np.float32)
    attach_head(tiny_network(), KERNEL, BIAS, path=first)
    attach_head(first, three, np.array([0, 0, 9], np.float32), path=second)
    frames, _ = two_coloured_photos(2)
    answers = _answers(second, frames)
    assert answers["probabilities"].shape == (2, 3)
    assert (answers["probabilities"].argmax(axis=1) == 2).all()
    names = [entry.name for entry in onnx.load(str(second)).graph.initializer]
    assert len(names) == len(set(names))


def test_cutting_the_head_off_gives_the_network_back(tmp_path):
    attach_head(tiny_network(), KERNEL, BIAS, path=tmp_path / "model.onnx")
    trunk = onnx.load_from_string(cut_head(tmp_path / "model.onnx"))
    assert [output.name for output in trunk.graph.output] == ["embedding", "feature_map"]
    assert [node.op_type for node in trunk.graph.node] == ["Cast", "Reshape", "ReduceMean", "ReduceMean"]


@pytest.mark.parametrize(
    ("kernel", "bias"), [(KERNEL[:2], BIAS), (KERNEL, BIAS[:1]), (KERNEL[0], BIAS), (KERNEL.T, BIAS)]
)
def test_a_head_of_another_shape_is_refused_with_both_shapes(tmp_path, kernel, bias):
    with pytest.raises(ExportFailed, match=r"Expected a kernel \(3, C\).*Received"):
        attach_head(tiny_network(), kernel, bias, path=tmp_path / "model.onnx")


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_not_positive_is_refused(tmp_path, temperature):
    with pytest.raises(ExportFailed, match="temperature above 0"):
        attach_head(tiny_network(), KERNEL, BIAS, temperature=temperature, path=tmp_path / "model.onnx")


def test_bytes_that_are_no_network_are_refused():
    with pytest.raises(ExportFailed, match="Expected an ONNX network"):
        cut_head(b"\xff\xd8 a photo")


def test_a_network_without_the_agreed_outputs_is_refused():
    model = onnx.load_from_string(tiny_network())
    del model.graph.output[0]
    with pytest.raises(ExportFailed, match=r"Received: from \['images'\] to \['feature_map'\]"):
        cut_head(model.SerializeToString())


def test_attaching_a_head_imports_no_tensorflow():
    program = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; "
        "import lenswright.training.heads_onnx"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
