"""Keras to ONNX: the same answers in every batch size, and a gate that notices when they differ."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

import keras
from scipy.special import softmax

from lenswright.errors import ExportFailed
from lenswright.inference.session import open_session
from lenswright.training.onnx_export import export_backbone_onnx
from lenswright.training.parity import check_parity
from tests.training.tiny_models import onnx_of, tiny_classifier, two_coloured_photos


def _probabilities(model, frames, temperature=1.0):
    return softmax(np.asarray(model(frames, training=False)["logits"]) / temperature, axis=1)


@pytest.fixture
def exported(tmp_path):
    model = tiny_classifier(3)
    (tmp_path / "model.onnx").write_bytes(onnx_of(model, temperature=1.7))
    return model, tmp_path / "model.onnx"


def test_the_file_answers_as_the_model_does_with_the_temperature_baked_in(exported):
    model, path = exported
    frames, _ = two_coloured_photos(10)
    assert check_parity(_probabilities(model, frames, 1.7), path, frames) < 1e-5
    with pytest.raises(ExportFailed):
        check_parity(_probabilities(model, frames), path, frames)


def test_the_file_has_the_agreed_input_and_outputs(exported):
    session = open_session(exported[1].read_bytes())
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


@pytest.mark.filterwarnings("ignore")  # of the converter
def test_a_network_with_a_step_that_onnx_does_not_know_is_refused():
    images = keras.Input((8, 8, 3), dtype="uint8")
    odd = keras.ops.erfinv(keras.layers.Rescaling(1 / 300)(images))
    with pytest.raises(ExportFailed):
        export_backbone_onnx(keras.Model(images, odd))
