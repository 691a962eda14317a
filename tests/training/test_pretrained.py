import json
from pathlib import Path

import numpy as np
import pytest

from lenswright.errors import WeightsUnavailable
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import open_session
from lenswright.registry.bundle import Bundles, Manifest
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings, load_settings
from lenswright.storage.blobs import Blobs
from lenswright.training.backbones import build_backbone
from lenswright.training.pretrained import BackboneShelf
from tests.training.tiny_models import tiny_classifier, tiny_network

SMALL = TrainingRequest(size_px=64, backbone="mobilenet_v2_050")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, allow_download=False)


def shelf(settings: Settings, **changes: object) -> BackboneShelf:
    bundles = Bundles(Blobs(settings.blobs_at("models")))
    return BackboneShelf(settings.model_copy(update=changes), bundles, settings.data_folder / "backbones")


def weights_file(folder: Path) -> Path:
    file = folder / "mobilenet_v2_050_mine.weights.h5"
    build_backbone("mobilenet_v2_050", 64, None).save_weights(str(file))
    return file


def ship(settings: Settings, folder: Path) -> Manifest:
    """Store a bundle that ships with lenswright: the tiny network with its Keras twin."""
    keras_file = folder / "model.keras"
    tiny_classifier().save(keras_file)
    manifest = Manifest(
        task="shapes", version="20260101-000000-aaaa", classes=("a", "b"), input_spec=InputSpec(32),
        backbone="tiny", preset="scratch", weights="random", temperature=1.0, accept_threshold=0.5,
        unknown_distance=None, data_hash="", code_version="0", run_id=None, created_at=0.0, parity=0.0,
        golden={"seed": 1, "probabilities": [[0.5, 0.5]]}, training={"shipped": True},
    )  # fmt: skip
    bundles = Bundles(Blobs(settings.blobs_at("models")))
    return bundles.write(manifest, {"model.onnx": tiny_network(), "model.keras": keras_file})


def test_a_given_file_is_exported_once_and_then_read_from_the_shelf(
    settings: Settings, tmp_path: Path
) -> None:
    file = weights_file(tmp_path)
    found = shelf(settings, backbone_weights=file).find(SMALL, None)
    again = shelf(settings, backbone_weights=tmp_path).find(SMALL, None)
    assert found.weights == f"file {file.name}"
    assert found.spec == InputSpec(64, "crop")
    assert again.onnx == found.onnx
    frames = np.zeros((1, 64, 64, 3), np.uint8)
    assert open_session(found.onnx).run(["embedding"], {"images": frames})[0].shape == (1, 1280)


def test_a_file_of_another_backbone_is_not_taken_for_this_one(settings: Settings, tmp_path: Path) -> None:
    weights_file(tmp_path)
    with pytest.raises(WeightsUnavailable, match=r"Expected a file mobilenet_v2\*"):
        shelf(settings, backbone_weights=tmp_path).find(TrainingRequest(weights="file"), None)


def test_without_weights_or_network_the_shipped_model_lends_its_backbone(
    settings: Settings, tmp_path: Path
) -> None:
    shipped = ship(settings, tmp_path)
    found = shelf(settings).find(TrainingRequest(task="anything"), None)
    assert shipped.version in found.weights
    assert found.spec == shipped.input_spec
    assert found.load_keras().output.shape[-1] == 8


def test_with_nothing_at_all_every_reason_is_given(settings: Settings) -> None:
    with pytest.raises(WeightsUnavailable) as refusal:
        shelf(settings).find(TrainingRequest(), None)
    message = str(refusal.value)
    assert "LENSWRIGHT_BACKBONE_WEIGHTS" in message
    assert "LENSWRIGHT_ALLOW_DOWNLOAD" in message
    assert "No model serves this task" in message


def test_a_retrain_takes_the_champions_backbone_and_its_cache(settings: Settings, tmp_path: Path) -> None:
    champion = ship(settings, tmp_path)
    champion = Manifest.from_json(
        json.loads(json.dumps(champion.to_json())) | {"training": {"backbone_identity": "tiny-32-abc"}}
    )
    request = TrainingRequest(kind="retrain")
    found = shelf(settings, backbone_weights=weights_file(tmp_path)).find(request, champion)
    assert found.identity == "tiny-32-abc"
