"""Every network one may choose: its scaling, its export, its stored form; new entries need no new test."""

import sys
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras

from lenswright.inference.session import open_session
from lenswright.runs.backbones import BACKBONES, Backbone
from lenswright.training.backbones import build_classifier, drawn_frames, random_backbone
from lenswright.training.heads_onnx import attach_head, cut_head
from lenswright.training.onnx_export import export_backbone_onnx
from lenswright.training.parity import check_parity

pytestmark = pytest.mark.slow  # two minutes for all of them

SIZE_PX = 64
FRAMES = drawn_frames(SIZE_PX, seed=0, count=11)  # goes through in batches of 1, 3 and 7


@dataclass(frozen=True)
class Built:
    """A backbone, a classifier on it, and what that answers to FRAMES."""

    entry: Backbone
    backbone: Any
    classifier: Any
    probabilities: NDArray[np.float32]
    embedding: NDArray[np.float32]

    @property
    def head(self) -> list[NDArray[np.float32]]:
        return self.classifier.get_layer("logits").get_weights()


@pytest.fixture(scope="module", params=BACKBONES)
def built(request: pytest.FixtureRequest) -> Built:
    backbone = random_backbone(request.param, SIZE_PX, seed=3)
    classifier = build_classifier(backbone, 4, 0.2)
    embedding = np.asarray(classifier(FRAMES)["embedding"])
    _, strengths, directions = np.linalg.svd(embedding - embedding.mean(axis=0), full_matrices=False)
    kernel = (directions[:4].T / strengths[:4]) * np.sqrt(len(FRAMES))  # logits with a spread of 1
    classifier.get_layer("logits").set_weights([kernel, -embedding.mean(axis=0) @ kernel])
    logits = np.asarray(classifier(FRAMES)["logits"])
    probabilities = np.asarray(keras.ops.softmax(logits))
    return Built(BACKBONES[request.param], backbone, classifier, probabilities, embedding)


def scaled_by_keras(entry: Backbone, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what Keras' own preprocessing makes of pixels, in its layers or in its function."""
    if entry.name == "custom_cnn":  # ours: there is nobody to ask
        return pixels / 127.5 - 1.0
    build = resolve_name(entry.builder)
    if "include_preprocessing" in entry.arguments:
        own = build(include_top=False, weights=None, input_shape=(SIZE_PX, SIZE_PX, 3))
        kinds = (keras.layers.Rescaling, keras.layers.Normalization)
        last = [layer for layer in own.layers if isinstance(layer, kinds)][-1]
        return np.asarray(keras.Model(own.input, last.output)(pixels.astype(np.float32)))
    return sys.modules[build.__module__].preprocess_input(pixels.astype(np.float32))


def test_the_pixels_are_scaled_inside_as_keras_scales_them(built: Built) -> None:
    scaled = keras.Model(built.backbone.input, built.backbone.get_layer("scaling").output)(FRAMES)
    np.testing.assert_allclose(scaled, scaled_by_keras(built.entry, FRAMES), atol=2e-5)


def test_the_entry_tells_the_size_of_the_network(built: Built) -> None:
    assert built.backbone.count_params() / 1e6 == pytest.approx(built.entry.parameters_m, abs=0.01)


def test_uint8_pixels_become_a_float_feature_map_that_tells_photos_apart(built: Built) -> None:
    depth = built.backbone.output_shape[-1]
    assert built.backbone.input_shape == (None, SIZE_PX, SIZE_PX, 3)
    assert built.backbone.output_shape == (None, 2, 2, depth)
    assert built.embedding.shape == (11, depth)
    assert built.embedding.dtype == np.float32
    assert np.abs(built.embedding).max() < np.finfo(np.float16).max  # what the feature cache can hold
    assert len(np.unique(built.embedding.astype(np.float16), axis=0)) == 11
    assert np.ptp(built.probabilities, axis=0).min() > 0.2  # of photos: the head tells them apart
    assert np.median(built.probabilities.max(axis=1)) < 0.95  # and is not too sure to show a difference


def test_the_export_answers_as_keras_does_in_every_batch_size(built: Built, tmp_path) -> None:
    kernel, bias = built.head
    file = tmp_path / "model.onnx"
    attach_head(export_backbone_onnx(built.backbone), kernel, bias, path=file)
    assert check_parity(built.probabilities, file, FRAMES) < 1e-4

    attach_head(cut_head(file), -kernel, -bias, path=tmp_path / "other.onnx")
    (embedding,) = open_session(cut_head(tmp_path / "other.onnx")).run(["embedding"], {"images": FRAMES})
    np.testing.assert_allclose(embedding, built.embedding, rtol=1e-3, atol=1e-3 * built.embedding.std())
    (other,) = open_session((tmp_path / "other.onnx").read_bytes()).run(["probabilities"], {"images": FRAMES})
    assert (other.argmax(axis=1) == built.probabilities.argmin(axis=1)).mean() > 0.5


def test_the_stored_model_needs_no_code_of_ours(built: Built, tmp_path) -> None:
    built.classifier.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", safe_mode=True, compile=False)
    np.testing.assert_allclose(again(FRAMES)["logits"], built.classifier(FRAMES)["logits"], atol=1e-5)
