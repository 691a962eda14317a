"""A bundle is whole or refused; the message names the file and both checksums."""

import json
from pathlib import Path

import numpy as np
import pytest

from lenswright.errors import BundleRefused, NotFound, StorageFailure
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.models import CLASSES, TASK, VERSION, tiny_bundle, tiny_manifest, with_int8, write_tiny_bundle


def damage(file: Path, at: int = -20) -> None:
    """Flip one bit."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_a_bundle_is_read_as_it_was_written(bundles: Bundles) -> None:
    written = write_tiny_bundle(bundles)
    bundle = bundles.load(TASK, VERSION)

    assert bundle.manifest == written == bundles.manifest(TASK, VERSION)
    assert bundle.manifest.classes == CLASSES
    assert bundle.onnx == tiny_bundle().onnx
    assert bundle.reference is not None
    assert bundle.reference.dtype == np.float16
    assert bundles.report(TASK, VERSION)["metrics"]["accuracy"] == 1.0
    assert bundles.read_file(TASK, VERSION, "MODEL_CARD.md").startswith(b"# cats-vs-dogs")
    assert json.loads(bundles.read_file(TASK, VERSION, "manifest.json"))["version"] == VERSION
    assert bundles.found() == [(TASK, VERSION)]


def test_a_path_is_stored_as_well_as_bytes(bundles: Bundles, tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    file.write_bytes(b"network")
    bundles.write(tiny_manifest(), {"model.onnx": file})
    assert (tmp_path / "models" / TASK / VERSION / "model.onnx").read_bytes() == b"network"


def test_a_bundle_without_its_manifest_does_not_exist(bundles: Bundles, models: Path) -> None:
    write_tiny_bundle(bundles)
    (models / TASK / VERSION / "manifest.json").unlink()
    assert bundles.found() == []
    with pytest.raises(NotFound, match=VERSION):
        bundles.load(TASK, VERSION)


@pytest.mark.parametrize(
    "name",
    [
        "model.onnx",
        "model.int8.onnx",
        "model.keras",
        "head.npz",
        "reference.npy",
        "report.json",
        "MODEL_CARD.md",
    ],
)
def test_one_flipped_bit_in_any_file_refuses_the_bundle_by_name(
    bundles: Bundles, models: Path, name: str
) -> None:
    written = write_tiny_bundle(bundles, int8=True)
    damage(models / TASK / VERSION / name, at=3)
    with pytest.raises(BundleRefused, match=rf"{name} .*Expected SHA-256 {written.files[name]}"):
        bundles.load(TASK, VERSION)
    with pytest.raises(BundleRefused, match=name):
        bundles.read_file(TASK, VERSION, name)


def test_a_missing_file_refuses_the_bundle_by_name(bundles: Bundles, models: Path) -> None:
    write_tiny_bundle(bundles)
    (models / TASK / VERSION / "model.onnx").unlink()
    with pytest.raises(BundleRefused, match=r"lacks its file model\.onnx"):
        bundles.load(TASK, VERSION)


def test_a_bundle_that_never_had_a_network_is_refused(bundles: Bundles) -> None:
    bundle = tiny_bundle()
    bundles.write(bundle.manifest, {"report.json": b"{}"})
    with pytest.raises(BundleRefused, match=r"has no model\.onnx"):
        bundles.load(TASK, VERSION)


@pytest.mark.parametrize("kept", [0, 1, 40, -3])
def test_a_truncated_manifest_is_refused(bundles: Bundles, models: Path, kept: int) -> None:
    write_tiny_bundle(bundles)
    manifest = models / TASK / VERSION / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:kept])
    with pytest.raises(BundleRefused, match="manifest of model"):
        bundles.load(TASK, VERSION)


def test_a_bundle_moved_to_another_name_is_refused(bundles: Bundles, models: Path) -> None:
    write_tiny_bundle(bundles)
    (models / TASK / VERSION).rename(models / TASK / "20990101-000000-ffff")
    with pytest.raises(BundleRefused, match=f"Received: {TASK}/{VERSION}"):
        bundles.load(TASK, "20990101-000000-ffff")


def test_a_reference_that_is_no_array_of_embeddings_is_refused(bundles: Bundles) -> None:
    bundle = tiny_bundle()
    for content in (b"", b"no array", b"\x93NUMPY\x01\x00"):
        bundles.write(bundle.manifest, {"model.onnx": bundle.onnx, "reference.npy": content})
        with pytest.raises(BundleRefused, match=r"reference\.npy"):
            bundles.load(TASK, VERSION)


def test_the_int8_network_serves_and_brings_its_fallback(bundles: Bundles, models: Path) -> None:
    write_tiny_bundle(bundles, int8=True)
    bundle, expected = bundles.load(TASK, VERSION), with_int8(tiny_bundle())
    assert bundle.manifest.network == "model.int8.onnx"
    assert (bundle.onnx, bundle.fallback) == (expected.onnx, expected.fallback)
    assert bundle.onnx != bundle.fallback


@pytest.mark.parametrize("lacking", ["model.onnx", "model.int8.onnx"])
def test_a_bundle_without_one_of_its_two_networks_is_refused(bundles: Bundles, lacking: str) -> None:
    bundle = with_int8(tiny_bundle())
    files = {"model.onnx": bundle.fallback or b"", "model.int8.onnx": bundle.onnx}
    del files[lacking]
    bundles.write(bundle.manifest, files)
    with pytest.raises(BundleRefused, match=f"has no {lacking}"):
        bundles.load(TASK, VERSION)


def test_a_bundle_from_before_heads_and_int8_still_loads(bundles: Bundles) -> None:
    bundle = tiny_bundle()
    bundles.write(bundle.manifest, {"model.onnx": bundle.onnx})
    loaded = bundles.load(TASK, VERSION)
    assert (loaded.onnx, loaded.fallback, loaded.head) == (bundle.onnx, None, None)


def test_files_are_added_to_a_written_bundle(bundles: Bundles) -> None:
    before = write_tiny_bundle(bundles)
    after = bundles.add(TASK, VERSION, {"model.tflite": b"lite"}, {"exports": {"model.tflite": 1e-6}})
    assert after == bundles.load(TASK, VERSION).manifest
    assert bundles.read_file(TASK, VERSION, "model.tflite") == b"lite"
    assert after.files.items() > before.files.items()
    assert after.training == before.training | {"exports": {"model.tflite": 1e-6}}


class Full(Blobs):
    """Blobs on a disk that is full for one file."""

    refused = ""

    def write(self, key: str, data: bytes) -> None:
        if self.refused and key.endswith(self.refused):
            raise StorageFailure("No space left on device.")
        super().write(key, data)


@pytest.mark.parametrize("refused", ["model.tflite", "saved_model.zip"])
def test_a_disk_that_fills_while_files_are_replaced_leaves_a_whole_bundle(models: Path, refused: str) -> None:
    blobs = Full(str(models))
    bundles = Bundles(blobs)
    before = write_tiny_bundle(bundles)
    files = {"model.tflite": b"1", "saved_model.zip": b"1"}
    bundles.add(TASK, VERSION, files, {})
    blobs.refused = refused
    with pytest.raises(StorageFailure):
        bundles.add(TASK, VERSION, dict.fromkeys(files, b"2"), {})
    assert bundles.load(TASK, VERSION).manifest == before


def test_only_the_files_of_the_manifest_can_be_read(bundles: Bundles, models: Path) -> None:
    write_tiny_bundle(bundles)
    (models / TASK / VERSION / "secret.txt").write_text("x")
    for name in ("secret.txt", "../x", "/etc/passwd", "model"):
        with pytest.raises(NotFound):
            bundles.read_file(TASK, VERSION, name)


def test_a_damaged_report_is_refused(bundles: Bundles) -> None:
    bundles.write(tiny_bundle().manifest, {"report.json": b"{"})
    with pytest.raises(BundleRefused, match="report of model"):
        bundles.report(TASK, VERSION)
    bundles.write(tiny_bundle().manifest, {"report.json": b"[]"})
    with pytest.raises(BundleRefused, match="no object"):
        bundles.report(TASK, VERSION)


def test_an_unknown_version_or_task_is_not_found(bundles: Bundles) -> None:
    for task, version in ((TASK, "none"), ("none", VERSION), ("..", ".."), ("a/b", "c")):
        with pytest.raises(NotFound):
            bundles.load(task, version)
