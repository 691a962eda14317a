from pathlib import Path

import numpy as np
import pytest

from lenswright.errors import ExportFailed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import open_session
from lenswright.monitoring.expected_answers import KEY, expected_of
from lenswright.training.candidate import REFERENCES, calibrate, export_candidate, with_head
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.onnx_export import export_backbone_onnx
from lenswright.training.pretrained import Pretrained
from tests.training.tiny_models import SIZE_PX, tiny_classifier, two_coloured_photos

DEPTH = 8


def clouds(count: int, seed: int) -> LabelledFeatures:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    centres = np.where(labels[:, None] == 1, 1.0, 0.2)
    return LabelledFeatures((centres + random.normal(0, 0.2, (count, DEPTH))).astype(np.float32), labels)


HEAD = LinearHead(
    np.tile(np.array([[-30.0, 30.0]], np.float32), (DEPTH, 1)), np.array([144, -144], np.float32), 1, 0.1, 1.0
)


@pytest.fixture(scope="module")
def backbone() -> Pretrained:
    import keras

    classifier = tiny_classifier()
    network = keras.Model(classifier.input, classifier.output["feature_map"])
    onnx = export_backbone_onnx(network)
    return Pretrained("tiny", InputSpec(SIZE_PX), "random", "tiny-32", onnx, lambda: network)


def test_calibration_comes_from_validation_and_cools_an_overconfident_head() -> None:
    hard = clouds(200, 2)
    hard.labels[:20] = 1 - hard.labels[:20]  # a tenth of the validation photos contradicts the head
    calibration = calibrate(HEAD, clouds(800, 1), hard, false_reject=0.02, seed=0)
    assert calibration.temperature > 1.0
    assert 0.5 <= calibration.accept_threshold <= 0.99
    assert calibration.unknown_distance is not None
    assert calibration.unknown_distance > 0


def test_more_may_be_called_unknown_where_that_is_wished() -> None:
    train, validation = clouds(800, 1), clouds(400, 2)
    strict, lax = (
        calibrate(HEAD, train, validation, false_reject=share, seed=0).unknown_distance
        for share in (0.1, 0.02)
    )
    assert strict is not None
    assert lax is not None
    assert strict < lax


def test_the_reference_is_small_of_unit_length_and_fair_to_a_rare_class() -> None:
    common, rare = clouds(2000, 1), clouds(40, 3)
    rows = np.concatenate([common.embeddings[common.labels == 0], rare.embeddings[rare.labels == 1] + 5])
    labels = np.repeat([0, 1], [1000, 20])
    train, validation = LabelledFeatures(rows, labels), clouds(50, 2)
    reference = calibrate(HEAD, train, validation, false_reject=0.02, seed=0).reference
    assert reference.shape == (REFERENCES, DEPTH)
    assert np.linalg.norm(reference.astype(np.float32), axis=1) == pytest.approx(1.0, abs=2e-3)
    again = calibrate(HEAD, train, validation, false_reject=0.02, seed=0).reference
    assert np.array_equal(reference, again)


def test_both_twins_answer_alike(backbone: Pretrained, tmp_path: Path) -> None:
    import keras

    frames, _ = two_coloured_photos(16)
    model = export_candidate(backbone, HEAD, 2.0, list(frames), dropout=0.2)
    assert model.parity < 1e-4
    (tmp_path / "model.keras").write_bytes(model.keras)
    twin = keras.models.load_model(tmp_path / "model.keras")
    probabilities = open_session(model.onnx).run(["probabilities"], {"images": frames})[0]
    logits = np.asarray(twin(frames)["logits"])
    assert np.array_equal(probabilities.argmax(axis=1), logits.argmax(axis=1))


def test_a_head_can_be_put_on_a_backbone_without_a_twin(backbone: Pretrained) -> None:
    frames, _ = two_coloured_photos(4)
    alone = open_session(with_head(backbone, HEAD, 2.0)).run(["probabilities"], {"images": frames})[0]
    both = export_candidate(backbone, HEAD, 2.0, list(frames), dropout=0.0)
    assert np.array_equal(alone, open_session(both.onnx).run(["probabilities"], {"images": frames})[0])


def test_twins_that_differ_are_no_candidate(backbone: Pretrained) -> None:
    import keras

    keras.utils.set_random_seed(99)
    other = keras.models.clone_model(backbone.load_keras())
    mismatched = Pretrained("tiny", backbone.spec, "random", "tiny-32", backbone.onnx, lambda: other)
    frames, _ = two_coloured_photos(8)
    head = LinearHead(
        np.random.default_rng(0).normal(size=(DEPTH, 2)).astype(np.float32),
        np.zeros(2, np.float32),
        1,
        0.1,
        1.0,
    )
    with pytest.raises(ExportFailed):
        export_candidate(mismatched, head, 1.0, list(frames), dropout=0.0)


def test_what_validation_photos_are_answered_with_is_kept_for_later_traffic() -> None:
    validation = clouds(400, 2)
    kept = calibrate(HEAD, clouds(800, 1), validation, false_reject=0.02, seed=0).validation_answers
    expected = expected_of({"classes": ["cat", "dog"], KEY: kept})
    assert expected is not None
    assert (expected.split, len(expected)) == ("validation", 400)
    assert (expected.predicted == validation.labels).mean() > 0.95
    assert expected.distances is not None
    assert 0 <= expected.distances.min() < expected.distances.max() <= 2
