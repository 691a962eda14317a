"""The table of backbones: shapes, scaling inside the graph, and weights that do not fit."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras

from lenswright.errors import WeightsUnavailable
from lenswright.training.backbones import (
    BACKBONES,
    SCRATCH_BATCHNORM_MOMENTUM,
    build_backbone,
    build_classifier,
    find_backbone,
)


@pytest.mark.parametrize("name", sorted(BACKBONES))
def test_a_backbone_turns_uint8_pixels_into_a_float_feature_map(name):
    backbone = build_backbone(name, 64, None)
    feature_map = backbone(np.zeros((2, 64, 64, 3), np.uint8), training=False)
    assert backbone.input_shape == (None, 64, 64, 3)
    assert feature_map.shape == (2, 2, 2, 1280)
    assert feature_map.dtype == "float32"


def test_the_scaling_is_inside_the_graph():
    backbone = build_backbone("mobilenet_v2_050", 32, None)
    scaled = keras.Model(backbone.input, backbone.get_layer("scaling").output)
    pixels = np.array([0, 127, 255], np.uint8).reshape(1, 1, 1, 3) * np.ones((1, 32, 32, 1), np.uint8)
    np.testing.assert_allclose(scaled(pixels)[0, 0, 0], [-1.0, 127 / 127.5 - 1, 1.0], atol=1e-6)


def test_a_backbone_without_a_size_takes_any_multiple_of_32():
    backbone = build_backbone("mobilenet_v2_050", None, None)
    assert backbone(np.zeros((1, 32, 32, 3), np.uint8)).shape == (1, 1, 1, 1280)
    assert backbone(np.zeros((1, 96, 96, 3), np.uint8)).shape == (1, 3, 3, 1280)


def test_random_weights_come_with_statistics_that_follow_a_short_run():
    backbone = build_backbone("mobilenet_v2_050", 32, None)
    layers = [layer for layer in backbone.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {layer.momentum for layer in layers} == {SCRATCH_BATCHNORM_MOMENTUM}


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(WeightsUnavailable, match=r"mobilenet_v2_050.*Received: 'resnet9000'"):
        find_backbone("resnet9000")


def test_saved_weights_come_back_at_another_size(tmp_path):
    first = build_backbone("mobilenet_v2_050", 64, None)
    first.save_weights(str(tmp_path / "own.weights.h5"))
    second = build_backbone("mobilenet_v2_050", 32, tmp_path / "own.weights.h5")
    for mine, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_weights_of_another_network_are_refused(tmp_path):
    build_backbone("mobilenet_v2_050", 32, None).save_weights(str(tmp_path / "half.weights.h5"))
    with pytest.raises(WeightsUnavailable, match=r"Expected weights of mobilenet_v2 .*half\.weights\.h5"):
        build_backbone("mobilenet_v2", 32, tmp_path / "half.weights.h5")


def test_a_file_that_holds_no_weights_is_refused(tmp_path):
    (tmp_path / "notes.weights.h5").write_text("not weights")
    with pytest.raises(WeightsUnavailable, match="does not fit"):
        build_backbone("mobilenet_v2_050", 32, tmp_path / "notes.weights.h5")


def test_a_missing_weights_file_is_named(tmp_path):
    with pytest.raises(WeightsUnavailable, match=r"There is no .*gone\.weights\.h5"):
        build_backbone("mobilenet_v2_050", 32, tmp_path / "gone.weights.h5")


def test_a_classifier_answers_logits_embedding_and_feature_map():
    classifier = build_classifier(build_backbone("mobilenet_v2_050", 64, None), 5, 0.2)
    answer = classifier(np.zeros((3, 64, 64, 3), np.uint8), training=False)
    assert {name: tuple(value.shape) for name, value in answer.items()} == {
        "logits": (3, 5),
        "embedding": (3, 1280),
        "feature_map": (3, 2, 2, 1280),
    }
    average = np.mean(answer["feature_map"], axis=(1, 2))
    np.testing.assert_allclose(answer["embedding"], average, atol=1e-6)
