"""The shipped model on real photos, where this machine has them."""

import os
from pathlib import Path

import pytest

from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.e2e.conftest import REPOSITORY

MATERIAL = os.environ.get("LENSWRIGHT_TEST_MATERIAL", "")
PHOTOS = Path(MATERIAL) / "data" / "cats_vs_dogs" / "test"

pytestmark = pytest.mark.skipif(
    not MATERIAL or not PHOTOS.is_dir(), reason="LENSWRIGHT_TEST_MATERIAL names no folder of real photos"
)


def test_the_shipped_model_is_as_good_as_its_report_says() -> None:
    bundles = Bundles(Blobs(str(REPOSITORY / "models")))
    shipped = [Classifier(bundles.load(*found)) for found in bundles.found()]
    model = next(model for model in shipped if model.manifest.training.get("shipped"))
    model.verify_golden()
    reported = bundles.report(model.manifest.task, model.manifest.version)["metrics"]["accuracy"]
    files = sorted(PHOTOS.glob("*/*.jpg"))
    right = sum(model.classify(file.read_bytes()).predicted_class == file.parent.name for file in files)
    assert right / len(files) == pytest.approx(reported, abs=0.005)
    assert reported >= 0.93
