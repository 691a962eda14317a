"""Building a backbone: any size, weights drawn or read, and weights that do not fit."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras

from lenswright.errors import WeightsUnavailable
from lenswright.inference.session import open_session
from lenswright.training.backbones import (
    SCRATCH_BATCHNORM_MOMENTUM,
    build_backbone,
    build_classifier,
    drawn_frames,
    random_backbone,
)
from lenswright.training.onnx_export import export_backbone_onnx


def test_a_backbone_without_a_size_takes_any_multiple_of_32():
    backbone = build_backbone("mobilenet_v2_050", None, None)
    assert backbone(np.zeros((1, 32, 32, 3), np.uint8)).shape == (1, 1, 1, 1280)
    assert backbone(np.zeros((1, 96, 96, 3), np.uint8)).shape == (1, 3, 3, 1280)


def test_random_weights_come_with_statistics_that_follow_a_short_run():
    backbone = build_backbone("mobilenet_v2_050", 32, None)
    layers = [layer for layer in backbone.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {layer.momentum for layer in layers} == {SCRATCH_BATCHNORM_MOMENTUM}


def test_a_seed_draws_the_same_backbone_again_and_another_seed_another_one():
    first, again, other = (random_backbone("mobilenet_v2_050", 32, seed) for seed in (1, 1, 2))
    frames = drawn_frames(32, 5, count=2)
    np.testing.assert_allclose(first(frames), again(frames), atol=1e-4)
    assert np.abs(np.asarray(first(frames)) - np.asarray(other(frames))).max() > 0.1


def test_the_features_of_a_drawn_backbone_do_not_fade():
    drawn, untouched = (
        random_backbone("mobilenet_v2_050", 64, 1),
        build_backbone("mobilenet_v2_050", 64, None),
    )
    frames = drawn_frames(64, 5, count=4)
    assert np.asarray(drawn(frames)).std(axis=0).mean() > 0.1
    assert np.asarray(untouched(frames)).std(axis=0).mean() < 1e-6


def test_drawn_frames_differ_in_brightness_contrast_and_detail():
    frames = drawn_frames(48, 5, count=8)
    assert frames.shape == (8, 48, 48, 3)
    assert frames.dtype == np.uint8
    assert np.ptp(frames.mean(axis=(1, 2, 3))) > 20
    assert np.ptp(frames.std(axis=(1, 2, 3))) > 10
    np.testing.assert_array_equal(frames, drawn_frames(48, 5, count=8))


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


def test_a_mirrored_backbone_sees_the_photo_both_ways_also_when_exported_and_stored(tmp_path):
    plain = build_backbone("mobilenet_v2_050", 64, None)
    mirrored = build_backbone("mobilenet_v2_050", 64, None, mirror=True)
    mirrored.set_weights(plain.get_weights())
    frames = drawn_frames(64, seed=2, count=3)
    straight, turned = (np.asarray(plain(seen)) for seen in (frames, frames[:, :, ::-1]))
    wanted = (straight + turned[:, :, ::-1]) / 2
    assert np.asarray(mirrored(frames)) == pytest.approx(wanted, abs=1e-5)
    session = open_session(export_backbone_onnx(mirrored))
    exported = [session.run(["feature_map"], {"images": frame[None]})[0] for frame in frames]
    assert np.concatenate(exported) == pytest.approx(wanted, abs=1e-4)
    build_classifier(mirrored, 2, 0.0).save(tmp_path / "model.keras")
    stored = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert np.asarray(stored(frames)["feature_map"]) == pytest.approx(wanted, abs=1e-5)


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
