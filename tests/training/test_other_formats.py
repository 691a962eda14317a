"""Every format answers as `model.onnx` does, or is not kept; what was made before a failure is."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="exports need TensorFlow")

import tensorflow as tf

from lenswright.errors import ExportFailed, NotFound, StorageFailure, TrainingStopped
from lenswright.inference.session import open_session
from lenswright.registry.bundle import Bundles
from lenswright.registry.golden import golden_frames
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.training import other_formats
from lenswright.training.backbones import build_classifier
from lenswright.training.other_formats import FILES, Exports
from lenswright.training.progress import Progress
from lenswright.training.run import Outcome
from lenswright.training.workbench import Workbench
from tests.models import CLASSES, VERSION, tiny_manifest
from tests.training.heartbeats import Wish
from tests.training.tiny_home import TASK, ended
from tests.training.tiny_models import SIZE_PX, onnx_of

TEMPERATURE = 1.7
GOLDEN = {"seed": 7, "probabilities": [[0.5, 0.5]]}


def two_strides() -> Any:
    """Return a Keras classifier of 8 x 8 places, by two strides: TFLite does not compute one of 4 right."""
    import keras

    keras.utils.set_random_seed(3)
    images = keras.Input((SIZE_PX, SIZE_PX, 3), dtype="uint8", name="images")
    found = keras.layers.Rescaling(1 / 127.5, -1.0)(images)
    for _ in range(2):
        found = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu6")(found)
    return build_classifier(keras.Model(images, found, name="two_strides"), len(CLASSES), 0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one bundle: a Keras classifier and its ONNX twin, at a temperature of its own."""
    models = tmp_path_factory.mktemp("trained")
    classifier = two_strides()
    file = models / "model.keras"
    classifier.save(file)
    manifest = tiny_manifest(TASK, VERSION, CLASSES, temperature=TEMPERATURE, golden=GOLDEN)
    files = {"model.onnx": onnx_of(classifier, temperature=TEMPERATURE), "model.keras": file.read_bytes()}
    file.unlink()
    Bundles(Blobs(str(models))).write(manifest, files)
    return models


@pytest.fixture
def bench(tmp_path: Path, trained: Path) -> Iterator[Workbench]:
    shutil.copytree(trained, tmp_path / "models")
    opened = Workbench.open(Settings(home=tmp_path))
    yield opened
    opened.database.close()


def exported(bench: Workbench, *formats: str, stop_asked: bool = False, version: str = VERSION) -> Outcome:
    wish = {"kind": "export", "version": version, "formats": list(formats)}
    run = bench.journal.create(request(**wish), "here")
    heartbeat, progress = Wish(stop_asked=stop_asked), Progress(bench.journal, run.id, "export")
    try:
        return Exports(bench, run, progress, heartbeat).execute()  # type: ignore[arg-type]
    finally:
        bench.journal.finish(run.id, "completed")


def request(**wish: Any) -> Any:
    from lenswright.runs.request import TrainingRequest

    return TrainingRequest.from_json({"task": TASK} | wish)


def onnx_answers(bench: Workbench, frames: Any) -> Any:
    session = open_session(bench.bundles.read_file(TASK, VERSION, "model.onnx"))
    return session.run(["probabilities"], {"images": frames})[0]


def test_both_formats_are_added_to_the_bundle_and_say_how_true_they_are(bench: Workbench) -> None:
    before = bench.bundles.manifest(TASK, VERSION)
    outcome = exported(bench, "saved_model", "tflite")
    assert outcome.version == VERSION
    made = {entry["name"]: entry for entry in outcome.result["files"]}
    after = bench.bundles.load(TASK, VERSION).manifest  # every checksum holds
    assert set(made) == set(FILES.values()) == set(after.files) - set(before.files)
    for name, entry in made.items():
        assert entry["size_bytes"] == len(bench.bundles.read_file(TASK, VERSION, name))
        assert 0 <= entry["parity"] < 1e-5
        assert after.training["exports"][name] == {"parity": entry["parity"]}


def test_the_unpacked_saved_model_serves_batches_with_the_temperature_inside(
    bench: Workbench, tmp_path: Path
) -> None:
    exported(bench, "saved_model")
    data = bench.bundles.read_file(TASK, VERSION, "saved_model.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    loaded = tf.saved_model.load(str(tmp_path / "saved_model"))
    frames = golden_frames(bench.bundles.manifest(TASK, VERSION).input_spec, 99, 5)
    found = loaded.signatures["serving_default"](images=tf.constant(frames))["probabilities"]
    np.testing.assert_allclose(found, onnx_answers(bench, frames), atol=1e-5)


def test_the_tflite_file_takes_bytes_of_pixels(bench: Workbench) -> None:
    exported(bench, "tflite")
    with pytest.warns(UserWarning, match="deprecated"):  # which the export keeps to itself
        interpreter = tf.lite.Interpreter(
            model_content=bench.bundles.read_file(TASK, VERSION, "model.tflite")
        )
    runner = interpreter.get_signature_runner("serving_default")
    assert runner.get_input_details()["images"]["dtype"] is np.uint8
    frames = golden_frames(bench.bundles.manifest(TASK, VERSION).input_spec, 99, 1)
    np.testing.assert_allclose(runner(images=frames)["probabilities"], onnx_answers(bench, frames), atol=1e-5)


def test_an_export_can_be_repeated(bench: Workbench) -> None:
    exported(bench, "tflite")
    exported(bench, "tflite", "tflite")
    assert "model.tflite" in bench.bundles.load(TASK, VERSION).manifest.files


def test_a_format_that_differs_is_refused_by_name_and_the_one_before_it_stays(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_tflite = other_formats.MAKERS["tflite"]

    def wrong(saved: Path) -> Any:
        data, answer = true_tflite(saved)
        return data, lambda frame: answer(frame)[:, ::-1]

    monkeypatch.setitem(other_formats.MAKERS, "tflite", wrong)
    with pytest.raises(ExportFailed, match=r"format tflite differs from model\.onnx.*Received: "):
        exported(bench, "saved_model", "tflite")
    files = bench.bundles.load(TASK, VERSION).manifest.files
    assert "saved_model.zip" in files
    assert "model.tflite" not in files


@pytest.mark.parametrize(
    ("raised", "expected", "words"),
    [
        (OSError(28, "No space left on device"), StorageFailure, r"\(tflite\).*No space left on device"),
        (tf.errors.ResourceExhaustedError(None, None, "f; No space left on device"), StorageFailure, "full"),
        (RuntimeError("no kernel for it"), ExportFailed, "format tflite cannot be made: no kernel for it"),
    ],
)
def test_what_stops_a_converter_is_told_with_the_format(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type, words: str
) -> None:
    def fails(saved: Path) -> Any:
        raise raised

    monkeypatch.setitem(other_formats.MAKERS, "tflite", fails)
    with pytest.raises(expected, match=words):
        exported(bench, "tflite")


def test_a_stop_ends_it_before_the_next_format_and_leaves_nothing_in_the_temporary_folder(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(TrainingStopped):
        exported(bench, "tflite", stop_asked=True)
    assert list(scratch.iterdir()) == []


def test_a_version_that_is_not_there_is_not_found(bench: Workbench) -> None:
    with pytest.raises(NotFound, match="20990101"):
        exported(bench, "tflite", version="20990101-000000-ffff")


def test_a_run_of_the_kind_export_ends_with_its_files(bench: Workbench) -> None:
    run = ended(bench, kind="export", version=VERSION, formats=["tflite"])
    assert (run.state, run.error) == ("completed", None)
    assert [entry["name"] for entry in run.result["files"]] == ["model.tflite"]
