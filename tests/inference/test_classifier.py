"""The serving path on a real ONNX file: right classes, honest statuses, golden answers that must match."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lenswright.errors import BundleRefused, ImageTooLarge, UnsupportedImage
from lenswright.imaging.decode import DecodeLimits
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.registry.golden import golden_frames
from tests.builders import photo
from tests.models import CLASSES, SEED, TASK, VERSION, photo_of, tiny_bundle, tiny_classifier


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(tiny_bundle())


@pytest.mark.parametrize("index", [0, 1])
def test_a_photo_is_answered_with_ranked_probabilities(classifier: Classifier, index: int) -> None:
    found = classifier.classify(photo_of(index))
    assert (found.task, found.version, found.predicted_class) == (TASK, VERSION, CLASSES[index])
    assert found.status == "accepted"
    assert [name for name, _ in found.probabilities] == [CLASSES[index], CLASSES[1 - index]]
    assert sum(share for _, share in found.probabilities) == pytest.approx(1.0)
    assert found.confidence == found.probabilities[0][1] > 0.9
    assert found.decode_ms > 0
    assert found.inference_ms > 0


def test_many_classes_are_all_ranked() -> None:
    names = [f"class {index}" for index in range(120)]
    found = Classifier(tiny_bundle(classes=names)).classify(photo_of(77, 120))
    shares = [share for _, share in found.probabilities]
    assert found.predicted_class == "class 77"
    assert shares == sorted(shares, reverse=True)
    assert {name for name, _ in found.probabilities} == set(names)


def test_one_photo_has_the_same_answer_alone_and_in_a_batch(classifier: Classifier) -> None:
    frames = golden_frames(classifier.manifest.input_spec, 3, count=7)
    batch = classifier.answer(frames)
    assert batch.probabilities.shape == (7, 2)
    assert batch.embeddings.shape == (7, 3)
    assert batch.feature_maps.shape == (7, 4, 4, 3)
    for row, frame in enumerate(frames):
        alone = classifier.answer(frame[None])
        np.testing.assert_allclose(alone.probabilities[0], batch.probabilities[row], atol=1e-6)


def test_bytes_and_frames_take_the_same_path(classifier: Classifier) -> None:
    data = photo_of(0, width=301, height=200)
    framed = decode_framed(data, classifier.manifest.input_spec)
    probabilities = classifier.answer(framed[None]).probabilities[0]
    assert classifier.classify(data).confidence == pytest.approx(float(probabilities.max()), abs=1e-7)


def test_a_photo_unlike_all_training_photos_is_unknown(classifier: Classifier) -> None:
    green = photo((30, 220, 30))
    assert classifier.classify(green).status == "unknown"
    never_unknown = Classifier(tiny_bundle(unknown_distance=None))
    assert never_unknown.classify(green).status == "uncertain"
    assert Classifier(replace(tiny_bundle(), reference=None)).classify(green).status == "uncertain"


def test_an_answer_below_the_threshold_is_uncertain() -> None:
    between = photo((140, 30, 120))
    assert (
        Classifier(tiny_bundle(accept_threshold=0.5, unknown_distance=None)).classify(between).status
        == "accepted"
    )
    assert (
        Classifier(tiny_bundle(accept_threshold=0.95, unknown_distance=None)).classify(between).status
        == "uncertain"
    )


def test_what_is_no_photo_or_too_large_is_refused(classifier: Classifier) -> None:
    with pytest.raises(UnsupportedImage):
        classifier.classify(b"no photo")
    with pytest.raises(ImageTooLarge):
        classifier.classify(photo_of(0), limits=DecodeLimits(max_bytes=100))


def test_a_true_bundle_reproduces_its_golden_answers(classifier: Classifier) -> None:
    classifier.verify_golden()


def test_wrong_golden_answers_refuse_the_bundle_with_both() -> None:
    golden = {"seed": SEED, "probabilities": [[0.25, 0.75]] * 4}
    with pytest.raises(BundleRefused, match=r"golden answers\. Expected: 0\.2500, 0\.7500.*Received: 0\."):
        Classifier(tiny_bundle(golden=golden)).verify_golden()


def test_a_network_of_another_bundle_is_refused() -> None:
    for network in (tiny_classifier(sharpness=4.2), tiny_classifier(3), tiny_classifier(size_px=64)):
        with pytest.raises(BundleRefused):
            Classifier(replace(tiny_bundle(), onnx=network)).verify_golden()


def test_a_reference_of_another_width_is_refused() -> None:
    wrong = np.eye(8, dtype=np.float16)
    with pytest.raises(BundleRefused, match="cannot answer"):
        Classifier(replace(tiny_bundle(), reference=wrong)).verify_golden()


def test_serving_imports_neither_tensorflow_nor_the_statistics_packages() -> None:
    code = (
        "import json, sys; import lenswright.inference.live_model, lenswright.monitoring.request_log,"
        " lenswright.monitoring.metrics; print(json.dumps(sorted(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
    loaded = set(json.loads(found.stdout))
    assert not loaded & {"tensorflow", "keras", "onnx", "sklearn", "scipy", "pandas", "flask"}
