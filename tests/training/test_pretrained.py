"""The shelf of backbones: what is asked for, or a refusal that says what to do."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import h5py

from lenswright.errors import WeightsUnavailable
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import open_session
from lenswright.registry.bundle import Bundles, Manifest
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings, load_settings
from lenswright.storage.blobs import Blobs
from lenswright.training.backbones import build_backbone, drawn_frames
from lenswright.training.pretrained import WAY_OUT, BackboneShelf
from tests.builders import photo
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


def test_a_file_that_does_not_fit_is_refused_with_the_network_it_was_taken_for(
    settings: Settings, tmp_path: Path
) -> None:
    request = TrainingRequest(weights="file", backbone="vgg16", size_px=64)
    with pytest.raises(WeightsUnavailable, match=r"Expected weights of vgg16 .*mine\.weights\.h5") as refusal:
        shelf(settings, backbone_weights=weights_file(tmp_path)).find(request, None)
    assert WAY_OUT in str(refusal.value)


@pytest.mark.parametrize("damage", ["truncated", "empty", "a photo", "other tables"])
def test_a_damaged_weights_file_is_refused(settings: Settings, tmp_path: Path, damage: str) -> None:
    file = weights_file(tmp_path)
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "a photo":
        file.write_bytes(photo())
    else:
        with h5py.File(file, "w") as tables:
            tables["measurements"] = np.zeros(3)
    with pytest.raises(WeightsUnavailable, match=f"Received {file.name}, which does not fit"):
        shelf(settings, backbone_weights=file).find(SMALL.model_copy(update={"weights": "file"}), None)


def test_a_failed_export_leaves_nothing_on_the_shelf(settings: Settings, tmp_path: Path) -> None:
    file = weights_file(tmp_path)
    file.write_bytes(b"")
    with pytest.raises(WeightsUnavailable):
        shelf(settings, backbone_weights=file).find(SMALL, None)
    assert list((settings.data_folder / "backbones").iterdir()) == []


def test_random_weights_come_only_when_asked_for_and_are_the_same_for_a_seed(settings: Settings) -> None:
    asked = SMALL.model_copy(update={"weights": "none", "seed": 4})
    found = shelf(settings).find(asked, None)
    assert found.weights == "random weights: for comparison only"
    assert (settings.data_folder / "backbones/mobilenet_v2_050-64-random-4.weights.h5").is_file()
    assert shelf(settings).find(asked, None).identity == found.identity
    frames = drawn_frames(64, seed=1, count=2)
    (embedding,) = open_session(found.onnx).run(["embedding"], {"images": frames})
    of_keras = np.asarray(found.load_keras()(frames)).mean(axis=(1, 2))
    np.testing.assert_allclose(embedding, of_keras, atol=1e-3)
    assert np.ptp(embedding, axis=0).mean() > 0.1


def test_the_own_network_has_no_weights_to_be_had_and_the_refusal_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(WeightsUnavailable, match=r"no ImageNet weights of custom_cnn.*'scratch'.*'none'"):
        shelf(settings, allow_download=True).find(TrainingRequest(backbone="custom_cnn"), None)


def test_a_download_without_a_network_fails_at_once_and_says_how_to_give_a_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # where nothing listens
    request = TrainingRequest(weights="imagenet", backbone="mobilenet_v2_130")
    began = time.monotonic()
    with pytest.raises(WeightsUnavailable, match=r"could not download.*mobilenet_v2_130\*\.h5"):
        shelf(settings, allow_download=True).find(request, None)
    assert time.monotonic() - began < 30


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
    assert shelf(settings).is_proven(found)  # its bundle was made of a graph that equals its twin


@pytest.mark.parametrize("asked", [{"backbone": "vgg16"}, {"size_px": 64}])
def test_a_model_does_not_lend_another_network_than_was_asked_for(
    settings: Settings, tmp_path: Path, asked: dict[str, Any]
) -> None:
    champion = ship(settings, tmp_path)
    with pytest.raises(WeightsUnavailable, match=r"lends tiny at 32 px only\. Received"):
        shelf(settings).find(TrainingRequest(weights="bundled", **asked), champion)


def test_a_mirrored_network_is_another_one_than_the_plain(settings: Settings, tmp_path: Path) -> None:
    weights = weights_file(tmp_path)
    own = shelf(settings, backbone_weights=weights)
    plain, mirrored = (own.find(SMALL.model_copy(update={"mirror": way}), None) for way in (False, True))
    assert (plain.mirror, mirrored.mirror) == (False, True)
    assert mirrored.identity == f"{plain.identity}-mirror"


def test_a_model_lends_a_mirror_only_if_it_has_one(settings: Settings, tmp_path: Path) -> None:
    champion, request = ship(settings, tmp_path), TrainingRequest(weights="bundled", mirror=True)
    with pytest.raises(WeightsUnavailable, match="without its mirror image"):
        shelf(settings).find(request, champion)
    with_mirror = {"training": {"request": {"mirror": True}}}
    mirrored = Manifest.from_json(json.loads(json.dumps(champion.to_json())) | with_mirror)
    assert shelf(settings).find(request, mirrored).mirror
    assert shelf(settings).find(TrainingRequest(weights="bundled"), mirrored).mirror


def test_a_graph_is_proven_once_and_another_one_of_the_same_name_is_not(
    settings: Settings, tmp_path: Path
) -> None:
    own = shelf(settings, backbone_weights=weights_file(tmp_path))
    found = own.find(SMALL, None)
    assert not own.is_proven(found)
    own.prove(found)
    assert own.is_proven(found)
    assert not own.is_proven(replace(found, onnx=found.onnx + b" "))
