"""Keras to ONNX: the same answers in every batch size, and a gate that notices when they differ."""

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from scipy.special import softmax

from lenswright.errors import ExportFailed
from lenswright.training.backbones import BACKBONES, build_backbone, build_classifier
from lenswright.training.export import check_parity, export_backbone_onnx, export_onnx
from lenswright.training.heads_onnx import attach_head
from tests.training.tiny_models import tiny_classifier, two_coloured_photos


def _probabilities(model, frames, temperature=1.0):
    return softmax(np.asarray(model(frames, training=False)["logits"]) / temperature, axis=1)


@pytest.fixture
def exported(tmp_path):
    model = tiny_classifier(3)
    export_onnx(model, tmp_path / "model.onnx", temperature=1.7)
    return model, tmp_path / "model.onnx"


def test_the_file_answers_as_the_model_does_with_the_temperature_baked_in(exported):
    model, path = exported
    frames, _ = two_coloured_photos(10)
    assert check_parity(_probabilities(model, frames, 1.7), path, frames) < 1e-5
    with pytest.raises(ExportFailed):
        check_parity(_probabilities(model, frames), path, frames)


def test_the_file_has_the_agreed_input_and_outputs(exported):
    session = onnxruntime.InferenceSession(str(exported[1]), providers=["CPUExecutionProvider"])
    (images,) = session.get_inputs()
    assert (images.name, images.type, images.shape[1:]) == ("images", "tensor(uint8)", [32, 32, 3])
    shapes = {output.name: output.shape[1:] for output in session.get_outputs()}
    assert shapes == {"probabilities": [3], "embedding": [8], "feature_map": [8, 8, 8]}


def test_parity_notices_another_class_even_within_the_tolerance(exported):
    model, path = exported
    frames, _ = two_coloured_photos(4)
    probabilities = _probabilities(model, frames, 1.7)
    probabilities[0] = np.roll(probabilities[0], 1)
    with pytest.raises(ExportFailed, match=r"1 of 4 different"):
        check_parity(probabilities, path, frames)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ExportFailed, match="cannot be opened"):
        check_parity(np.ones((2, 2), np.float32), tmp_path / "model.onnx", two_coloured_photos(2)[0])


def test_a_temperature_that_is_not_positive_is_refused(tmp_path):
    with pytest.raises(ExportFailed, match="temperature above 0"):
        export_onnx(tiny_classifier(), tmp_path / "model.onnx", temperature=0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BACKBONES))
def test_every_offered_backbone_survives_the_export_and_takes_a_head(tmp_path, name):
    frames = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    backbone = build_backbone(name, 64, None)
    model = build_classifier(backbone, 4, 0.2)
    export_onnx(model, tmp_path / "whole.onnx")
    check_parity(_probabilities(model, frames), tmp_path / "whole.onnx", frames)
    export_backbone_onnx(backbone, tmp_path / "backbone.onnx")
    kernel, bias = model.get_layer("logits").get_weights()
    for network in ("backbone.onnx", "whole.onnx"):
        attach_head(tmp_path / network, kernel, bias, path=tmp_path / "headed.onnx")
        check_parity(_probabilities(model, frames), tmp_path / "headed.onnx", frames)
