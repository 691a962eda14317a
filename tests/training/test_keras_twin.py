from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from lenswright.registry.head import StoredHead
from lenswright.training.head import LinearHead
from lenswright.training.keras_twin import KerasTwin
from tests.training.tiny_models import tiny_classifier, two_coloured_photos


@pytest.fixture(scope="module")
def classifier() -> Any:
    found = tiny_classifier()
    kernel, bias = found.get_layer("logits").get_weights()
    found.get_layer("logits").set_weights([kernel, bias + 0.5])  # as a fitted one, and not as other zeros
    return found


@pytest.fixture
def twin(classifier: Any, tmp_path: Path) -> KerasTwin:
    classifier.save(tmp_path / "model.keras")
    kernel, bias = classifier.get_layer("logits").get_weights()
    return KerasTwin((tmp_path / "model.keras").read_bytes(), StoredHead(kernel, bias, 1.0), 0.0, 1e-6)


def head(classes: int = 2) -> LinearHead:
    random = np.random.default_rng(3)
    kernel = random.normal(size=(8, classes)).astype(np.float32)
    return LinearHead(kernel, np.arange(classes, dtype=np.float32), 1, 0.1, 1.0)


def test_keras_reads_a_classifier_with_the_new_head_and_all_else_as_it_was(
    twin: KerasTwin, classifier: Any, tmp_path: Path
) -> None:
    file = tmp_path / "changed.keras"
    changed = twin.with_head(head(), 0.0)
    assert changed is not None
    file.write_bytes(changed)
    frames, _ = two_coloured_photos(6)
    found, before = keras.models.load_model(file)(frames), classifier(frames)
    embeddings = np.asarray(found["embedding"])
    assert np.array_equal(embeddings, np.asarray(before["embedding"]))
    np.testing.assert_allclose(np.asarray(found["logits"]), head().logits(embeddings), rtol=1e-5)


def test_other_classes_or_another_dropout_are_for_keras_to_build(twin: KerasTwin) -> None:
    assert twin.with_head(head(classes=3), 0.0) is None
    assert twin.with_head(head(), 0.2) is None


def test_a_file_that_does_not_hold_the_head_it_was_stored_with_is_left_alone(twin: KerasTwin) -> None:
    stranger = KerasTwin(twin.stored, StoredHead(head().kernel, head().bias, 1.0), 0.0, 1e-6)
    assert stranger.with_head(head(), 0.0) is None
