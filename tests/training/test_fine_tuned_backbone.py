"""Fine-tuning a whole small backbone on real photos: better or unchanged, stopped, resumed, diverged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import tensorflow as tf

from lenswright.errors import TrainingDiverged
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import open_session
from lenswright.runs.request import TrainingRequest
from lenswright.settings import load_settings
from lenswright.training.fine_tuned_backbone import FineTunedBackbone
from lenswright.training.head import LinearHead
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.train_step import Trainer
from lenswright.training.workbench import Workbench
from tests.builders import stored_photo
from tests.models import CLASSES, photo_of
from tests.training.tiny_models import SIZE_PX, tiny_backbone

FROZEN = Pretrained("tiny", InputSpec(SIZE_PX, "crop"), "random", "tiny-32-0", b"", tiny_backbone)
UNKNOWING = LinearHead(np.zeros((8, 2), np.float32), np.zeros(2, np.float32), 1, 0.7, 0.5)


class StoppingAfter(Heartbeat):
    """A heartbeat that is asked to stop once `epochs` epochs are noted."""

    def __init__(self, bench: Workbench, run_id: int, epochs: float) -> None:
        super().__init__(bench.journal, run_id)
        self._known, self._epochs = (bench.journal, run_id), epochs

    @property
    def stop_asked(self) -> bool:
        journal, run_id = self._known
        return len(journal.epochs(run_id)) >= self._epochs


class Trial:
    """A task of photos in two colours, and the runs that fine-tune on it."""

    def __init__(self, home: Path) -> None:
        self.bench = Workbench.open(load_settings(home=home))
        photos = [self._stored(number) for number in range(44)]
        self.photos = SplitPhotos(CLASSES, photos[:28], photos[28:36], photos[36:])

    def _stored(self, number: int):
        name = f"{number:064x}"
        photo = stored_photo(id=number, sha256=name, pixel_sha256=name, label=CLASSES[number % 2])
        self.bench.uploads.write(photo.key, photo_of(number % 2, seed=number))
        return photo

    def train(
        self,
        folder: Path,
        head: LinearHead = UNKNOWING,
        *,
        backbone: Pretrained = FROZEN,
        stop_after: float = np.inf,
        **fields,
    ):
        """Return the tuned backbone and the id of the run."""
        usual = {"preset": "best", "batch_size": 8, "fine_tune_epochs": 4, "fine_tune_rate": 0.02}
        request = TrainingRequest.from_json({**usual, **fields})
        run = self.bench.journal.create(request, f"machine {folder.name}")
        self.bench.journal.start(run.id, pid=1)
        folder.mkdir(exist_ok=True)
        progress = Progress(self.bench.journal, run.id, "best")
        progress.enter("fine-tuning")
        heartbeat = StoppingAfter(self.bench, run.id, stop_after)
        tuned = FineTunedBackbone(self.bench, request, folder, backbone).train(
            self.photos, head, progress, heartbeat
        )
        self.bench.journal.finish(run.id, "completed")
        return tuned, run.id

    def epochs(self, run_id: int):
        return self.bench.journal.epochs(run_id)

    def last_word(self, run_id: int) -> str:
        return self.bench.journal.log_tail(run_id)[-1]


@pytest.fixture
def trial(tmp_path):
    opened = Trial(tmp_path / "home")
    yield opened
    opened.bench.database.close()


def test_a_better_backbone_is_exported_and_answers_as_its_keras_twin(trial, tmp_path):
    tuned, run_id = trial.train(tmp_path / "run")
    assert tuned.weights == "random, fine-tuned here"
    assert tuned.identity.startswith("tiny-32-")
    assert tuned.identity != FROZEN.identity
    data = trial.bench.read_photo(trial.photos.test[0])
    frame = decode_framed(data, tuned.spec)[None]
    (served,) = open_session(tuned.onnx).run(["feature_map"], {"images": frame})
    np.testing.assert_allclose(served, np.asarray(tuned.load_keras()(frame)), atol=1e-4)
    first, *_, last = trial.epochs(run_id)
    assert (first["epoch"], first["loss"], first["val_accuracy"]) == (0, None, 0.5)
    assert (last["epoch"], last["progress"]) == (4, 1.0)
    assert last["images_per_s"] > 0
    assert "from 50.0% to 100.0%" in trial.last_word(run_id)


def test_batch_statistics_and_the_lower_layers_are_as_before(trial, tmp_path):
    tuned, _ = trial.train(tmp_path / "run", fine_tune_share=0.34)
    before, after = tiny_backbone(), tuned.load_keras()
    changed = {
        weight.path
        for weight, now in zip(before.weights, after.weights, strict=True)
        if not np.array_equal(weight, now)
    }
    assert changed == {"block_2_conv/kernel", "block_2_conv/bias"}


def _sure_head(trial: Trial) -> LinearHead:
    """Return a head that is right about every photo and very sure: no loss can be lower."""
    photos = trial.photos.validation
    frames = [decode_framed(trial.bench.read_photo(photo), FROZEN.spec) for photo in photos]
    embeddings = np.asarray(FROZEN.load_keras()(np.stack(frames))).mean(axis=(1, 2))
    labels = trial.photos.labels(photos)
    first, second = (embeddings[labels == label].mean(axis=0) for label in (0, 1))
    kernel = np.stack([first - second, second - first], axis=1)
    kernel *= 100 / np.abs((first - second) @ kernel).max()
    return LinearHead(kernel, -(first + second) / 2 @ kernel, 1, 0.0, 1.0)


def test_a_backbone_that_gets_no_better_is_returned_as_it_was(trial, tmp_path):
    tuned, run_id = trial.train(tmp_path, _sure_head(trial), label_smoothing=0.5, fine_tune_epochs=2)
    assert tuned is FROZEN
    assert trial.epochs(run_id)[0]["val_accuracy"] == 1.0
    assert "stays as it was: none of 2 epochs" in trial.last_word(run_id)


@pytest.mark.slow
def test_a_resumed_run_ends_as_one_that_was_never_stopped(trial, tmp_path):
    wild = {"fine_tune_epochs": 3, "mixup": 0.4, "randaugment": 1, "dropout": 0.3, "schedule": "plateau"}
    straight, run_id = trial.train(tmp_path / "a", **wild)
    _, first = trial.train(tmp_path / "b", stop_after=2, **wild)
    resumed, second = trial.train(tmp_path / "b", **wild)
    losses = [[record["loss"] for record in trial.epochs(run)] for run in (run_id, first, second)]
    assert (len(losses[1]), len(losses[2])) == (2, 2)
    np.testing.assert_allclose(losses[0][1:], [*losses[1][1:], *losses[2]], rtol=1e-4)
    for mine, theirs in zip(
        straight.load_keras().get_weights(), resumed.load_keras().get_weights(), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_a_stop_keeps_the_best_epoch_so_far(trial, tmp_path):
    tuned, run_id = trial.train(tmp_path, stop_after=3)
    assert [record["epoch"] for record in trial.epochs(run_id)] == [0, 1, 2]
    assert tuned.weights.endswith("fine-tuned here")


@pytest.mark.parametrize(("noted", "said"), [(0, []), (1, ["none of 0 epochs"])])
def test_a_stop_before_the_first_epoch_leaves_the_backbone(trial, tmp_path, noted, said):
    tuned, run_id = trial.train(tmp_path, stop_after=noted)
    assert tuned is FROZEN
    lines = trial.bench.journal.log_tail(run_id)
    assert all(words in line for words, line in zip(said, lines, strict=True))


def test_a_rate_that_is_far_too_high_ends_the_run(trial, tmp_path):
    broken = LinearHead(np.full((8, 2), np.inf, np.float32), np.zeros(2, np.float32), 1, 0.0, 0.0)
    with pytest.raises(TrainingDiverged, match="Train again with a lower"):
        trial.train(tmp_path, broken)


def test_more_photos_than_fit_in_memory_say_what_to_lower(trial, tmp_path, monkeypatch):
    def too_much(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr(Trainer, "step", too_much)
    with pytest.raises(MemoryError, match="lower batch_size or size_px"):
        trial.train(tmp_path)


@pytest.mark.slow
def test_fine_tuning_twice_is_said_once(trial, tmp_path):
    tuned, _ = trial.train(tmp_path / "a")
    again, _ = trial.train(tmp_path / "b", backbone=replace(tuned, load_keras=tiny_backbone))
    assert again.weights == "random, fine-tuned here"
