"""The serving path on a real ONNX file: right classes, honest statuses, golden answers that must match."""

import io
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lenswright.errors import BundleRefused, ImageTooLarge, NoExplanation, UnknownLabel, UnsupportedImage
from lenswright.imaging.decode import DecodeLimits
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.registry.golden import golden_frames
from lenswright.registry.head import StoredHead
from tests.builders import encode, photo
from tests.models import (
    CLASSES,
    SEED,
    TASK,
    VERSION,
    colour_of,
    photo_of,
    tiny_bundle,
    tiny_classifier,
    with_int8,
)


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


def test_a_head_of_another_depth_is_refused() -> None:
    wrong = StoredHead(np.zeros((8, 2), np.float32), np.zeros(2, np.float32), 1.0)
    with pytest.raises(BundleRefused, match="cannot answer"):
        Classifier(replace(tiny_bundle(), head=wrong)).verify_golden()


def test_the_int8_network_answers_when_it_reproduces_its_golden_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bundle = with_int8(tiny_bundle())
    classifier = Classifier(bundle)
    classifier.verify_golden()
    assert classifier.network == "model.int8.onnx"
    assert caplog.messages == []
    assert (
        classifier.classify(photo_of(0)).confidence
        < Classifier(tiny_bundle()).classify(photo_of(0)).confidence
    )


def test_the_float32_network_takes_over_where_int8_answers_otherwise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bundle = replace(with_int8(tiny_bundle()), onnx=tiny_classifier(sharpness=2.0))
    classifier = Classifier(bundle)
    classifier.verify_golden()
    assert classifier.network == "model.onnx"
    assert "model.onnx serves instead of model.int8.onnx" in caplog.text
    expected = Classifier(tiny_bundle()).classify(photo_of(0)).probabilities
    assert classifier.classify(photo_of(0)).probabilities == expected


def test_a_bundle_whose_two_networks_both_answer_otherwise_is_refused() -> None:
    wrong = tiny_classifier(sharpness=2.0)
    with pytest.raises(BundleRefused, match="golden answers"):
        Classifier(replace(with_int8(tiny_bundle()), onnx=wrong, fallback=wrong)).verify_golden()


def test_a_proven_classifier_keeps_no_second_network_in_memory() -> None:
    bundle = with_int8(tiny_bundle())
    bundle = replace(bundle, fallback=bytes(bytearray(bundle.fallback or b"")))  # its own copy
    classifier = Classifier(bundle)
    while_unproven = sys.getrefcount(bundle.fallback)
    classifier.verify_golden()
    proven = sys.getrefcount(bundle.fallback)
    assert proven == while_unproven - 1


def test_an_explanation_comes_with_the_same_prediction(classifier: Classifier) -> None:
    data = photo_of(1, width=90, height=60)
    found, alone = classifier.explain(data), classifier.classify(data)
    assert found.prediction.probabilities == alone.probabilities
    assert (found.class_name, found.prediction.status) == ("dog", alone.status)
    with Image.open(io.BytesIO(found.overlay_png)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (32, 32), "RGB")


def test_the_half_that_looks_like_the_class_is_the_bright_one(classifier: Classifier) -> None:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, :16], pixels[:, 16:] = colour_of(0, 2), colour_of(1, 2)
    data = encode(Image.fromarray(pixels), "PNG")
    for name, bright, dark in (("cat", 4, 28), ("dog", 28, 4)):
        explanation = classifier.explain(data, class_name=name)
        with Image.open(io.BytesIO(explanation.overlay_png)) as picture:
            brightness = np.asarray(picture.convert("L"), np.float32).mean(axis=0)
        assert explanation.class_name == name
        assert brightness[bright] > brightness[dark] + 60


def test_a_class_the_model_does_not_know_cannot_be_explained(classifier: Classifier) -> None:
    with pytest.raises(UnknownLabel, match="'parrot'"):
        classifier.explain(photo_of(0), class_name="parrot")


def test_a_bundle_without_a_head_answers_but_does_not_explain() -> None:
    headless = Classifier(replace(tiny_bundle(), head=None))
    headless.verify_golden()
    assert headless.classify(photo_of(0)).predicted_class == "cat"
    with pytest.raises(NoExplanation, match=VERSION):
        headless.explain(photo_of(0))


def test_serving_imports_neither_tensorflow_nor_the_statistics_packages() -> None:
    code = (
        "import json, sys; import lenswright.inference.live_model, lenswright.monitoring.request_log,"
        " lenswright.monitoring.metrics; print(json.dumps(sorted(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
    loaded = set(json.loads(found.stdout))
    assert not loaded & {"tensorflow", "keras", "onnx", "sklearn", "scipy", "pandas", "flask"}


def test_an_answer_says_how_far_off_how_uncertain_and_how_new_the_photo_is(classifier: Classifier) -> None:
    known, strange = classifier.classify(photo_of(0)), classifier.classify(photo((30, 220, 30)))
    assert known.distance is not None
    assert strange.distance is not None
    assert known.distance < 0.25 < strange.distance
    assert known.novelty == pytest.approx(known.distance / 0.5)
    assert strange.novelty > 0.5
    assert known.uncertainty == pytest.approx(2 * (1 - known.confidence))
    assert known.uncertainty < strange.uncertainty <= 1
    without = Classifier(replace(tiny_bundle(), reference=None)).classify(photo_of(0))
    assert (without.distance, without.novelty) == (None, 0.5)
