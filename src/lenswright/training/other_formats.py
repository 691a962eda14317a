"""A registered version in, other formats of it out, each held against `model.onnx` before it is kept.

`saved_model.zip`: a folder `saved_model` for TensorFlow; `model.tflite`: float32, for phones and boards.
Both have the signature `serving_default`: `images` uint8 (N, S, S, 3) -> `probabilities` float32 (N, C).
"""

import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import ExportFailed, LenswrightError, StorageFailure
from lenswright.imaging.decode import RGB
from lenswright.inference.session import open_session
from lenswright.registry.bundle import NETWORK, Manifest
from lenswright.registry.golden import golden_frames
from lenswright.runs.state import Run
from lenswright.training.parity import check_alike
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.workbench import Workbench

if TYPE_CHECKING:
    from lenswright.training.run import Outcome

FILES = {"saved_model": "saved_model.zip", "tflite": "model.tflite"}
SIGNATURE = "serving_default"
TOLERANCE = 1e-3
MORE_FRAMES, MORE_FRAMES_SEED = 16, 1  # beside the golden ones
# TFLite's interpreter announces its successor, a package of its own, which a check does not need.
SUCCESSOR = r"\s*Warning: tf\.lite\.Interpreter is deprecated"

Floats = NDArray[np.float32]
Answer = Callable[[RGB], Any]  # uint8 (1, S, S, 3) -> float32 (1, C)


class Exports:
    """The run of kind `export`: adds `request.formats` to the bundle of `request.version`."""

    def __init__(self, bench: Workbench, run: Run, progress: Progress, heartbeat: Heartbeat) -> None:
        self._bench, self._run = bench, run
        self._progress, self._heartbeat = progress, heartbeat

    def execute(self) -> "Outcome":
        """Make one format after the other; those made so far are kept, whatever happens to the next.

        Raises ExportFailed (it names the format), StorageFailure, NotFound, BundleRefused, TrainingStopped.
        """
        from lenswright.training.run import Outcome

        self._progress.enter("exporting")
        request = self._run.request
        version, formats = str(request.version), list(dict.fromkeys(request.formats))
        manifest = self._bench.bundles.manifest(self._run.task, version)
        frames, expected = self._reference(manifest)
        made = []
        with tempfile.TemporaryDirectory() as name:
            saved = Path(name, "saved_model")
            with _failures("saved_model"):
                save_model(self._stored_model(manifest, Path(name)), manifest, saved)
            for number, kind in enumerate(formats, start=1):
                self._heartbeat.check()
                made.append(self._make(kind, manifest, saved, frames, expected))
                self._progress.at(number / len(formats))
        self._progress.leave()
        return Outcome(version, {"files": made})

    def _reference(self, manifest: Manifest) -> tuple[RGB, Floats]:
        """Return the frames uint8 (N, S, S, 3) of the check and what `model.onnx` answers, (N, C)."""
        golden = golden_frames(manifest.input_spec, int(manifest.golden["seed"]))
        more = golden_frames(manifest.input_spec, MORE_FRAMES_SEED, MORE_FRAMES)
        session = open_session(self._bench.bundles.read_file(manifest.task, manifest.version, NETWORK))
        frames = np.concatenate([golden, more])
        return frames, _answers(lambda frame: session.run(["probabilities"], {"images": frame})[0], frames)

    def _stored_model(self, manifest: Manifest, folder: Path) -> Any:
        import keras

        file = folder / "model.keras"
        file.write_bytes(self._bench.bundles.read_file(manifest.task, manifest.version, file.name))
        return keras.models.load_model(file, compile=False)

    def _make(
        self, kind: str, manifest: Manifest, saved: Path, frames: RGB, expected: Floats
    ) -> dict[str, Any]:
        """Make one format from the SavedModel, check it and add it to the bundle."""
        with _failures(kind):
            data, answer = MAKERS[kind](saved)
            found = _answers(answer, frames)
            parity = check_alike(found, expected, TOLERANCE, name=f"The format {kind}", original=NETWORK)
        name = FILES[kind]
        bundles = self._bench.bundles
        before = bundles.manifest(manifest.task, manifest.version).training.get("exports", {})
        extra = {"exports": before | {name: {"parity": parity}}}
        bundles.add(manifest.task, manifest.version, {name: data}, extra)
        self._progress.say(f"{name} made: its probabilities differ by at most {parity:.1g}.")
        return {"name": name, "size_bytes": len(data), "parity": parity}


def save_model(classifier: Any, manifest: Manifest, folder: Path) -> None:
    """Write `classifier` (of `build_classifier`) as a SavedModel that answers as `model.onnx` does."""
    import keras
    import tensorflow as tf

    def probabilities(images: Any) -> dict[str, Any]:
        logits = classifier(images, training=False)["logits"]
        return {"probabilities": tf.nn.softmax(logits / manifest.temperature)}

    side_px = manifest.input_spec.size_px
    images = tf.TensorSpec((None, side_px, side_px, 3), tf.uint8, name="images")
    archive = keras.export.ExportArchive()  # a tf.Module instead would lose the weights on the way to TFLite
    archive.track(classifier)
    archive.add_endpoint("serve", probabilities, input_signature=[images])
    archive.write_out(str(folder), verbose=False)


def _saved_model(saved: Path) -> tuple[bytes, Answer]:
    """Return the SavedModel in the folder `saved` as a zip, and what answers with it."""
    import tensorflow as tf

    packed = saved.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(saved.rglob("*")):
            archive.write(file, file.relative_to(saved.parent))
    loaded = tf.saved_model.load(str(saved))
    serve = loaded.signatures[SIGNATURE]

    def answer(frame: RGB) -> Any:
        assert loaded is not None  # it holds the weights, which the signature alone does not keep
        return serve(images=tf.constant(frame))["probabilities"]

    return packed.read_bytes(), answer


def _tflite(saved: Path) -> tuple[bytes, Answer]:
    """Return the SavedModel in the folder `saved` as TFLite, and what answers with it."""
    import tensorflow as tf

    data: bytes = tf.lite.TFLiteConverter.from_saved_model(str(saved)).convert()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", SUCCESSOR, UserWarning)
        runner = tf.lite.Interpreter(model_content=data).get_signature_runner(SIGNATURE)
    return data, lambda frame: runner(images=frame)["probabilities"]


MAKERS: dict[str, Callable[[Path], tuple[bytes, Answer]]] = {"saved_model": _saved_model, "tflite": _tflite}


def _answers(answer: Answer, frames: RGB) -> Floats:
    """Return float32 (N, C), asked for one frame at a time, as in serving."""
    return np.concatenate([np.asarray(answer(frame[None]), np.float32) for frame in frames])


@contextmanager
def _failures(kind: str) -> Iterator[None]:
    """Let a full disk leave as StorageFailure, and what a converter raises as ExportFailed with its name."""
    try:
        yield
    except (LenswrightError, MemoryError):
        raise
    except OSError as exc:
        raise StorageFailure(f"The export ({kind}) could not be written: {exc.strerror or exc}.") from exc
    except Exception as exc:  # TensorFlow's errors share no base but Exception
        if "No space left" in str(exc):
            raise StorageFailure(f"The export ({kind}) could not be written: the disk is full.") from exc
        raise ExportFailed(f"The format {kind} cannot be made: {exc}.") from exc
