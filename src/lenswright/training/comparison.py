"""Several configurations trained on the same photos and measured on the same test photos: a leaderboard."""

import gc
import logging
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from lenswright.dataset.statistics import data_hash
from lenswright.errors import LenswrightError, TrainingStopped
from lenswright.inference.memory import give_back_memory
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.training.answers import stored_answers
from lenswright.training.frozen_data import FrozenData, freeze_data
from lenswright.training.leaderboard import FinishedRows, Row, failed_row, ranked, trained_row
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import Outcome, TrainingRun
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

EARLY = "Stopped early: this is the best so far."

log = logging.getLogger(__name__)


class Comparison:
    """Trains one configuration after the other; each becomes a version, none is promoted by itself."""

    def __init__(self, bench: Workbench, run: Run, progress: Progress, heartbeat: Heartbeat) -> None:
        self._bench, self._run, self._request = bench, run, run.request
        self._progress, self._heartbeat = progress, heartbeat
        self._folder = bench.run_folder(self._request.resume_run or run.id)

    def execute(self) -> Outcome:
        """Return the leaderboard.

        A configuration that fails has a row with its error, and the others go on; one that the resumed
        run has finished on the same photos is not trained again. A stop keeps the rows so far.
        Raises TrainingStopped if there are none, and NotEnoughPhotos.
        """
        self._progress.enter("starting")
        data = freeze_data(self._bench, self._run, self._progress)
        photos = data.photos
        finished = FinishedRows(self._folder / "leaderboard.json", data_hash(photos.everything()))
        rows: list[Row] = []
        for index in range(len(self._request.configurations)):
            row = self._row(index, data, finished)
            if row is None:
                break
            rows.append(row)
            self._progress.say(f"{row['name']}: {_in_short(row)}")
        if not rows:
            self._heartbeat.check()
        self._progress.leave()
        board = {"leaderboard": self._ranked(rows, photos), "photos": photos.counts()}
        return Outcome(None, board | data.to_json())

    def _row(self, index: int, data: FrozenData, finished: FinishedRows) -> Row | None:
        """Return the row of one configuration, None once the run was stopped without a product."""
        configuration = self._request.configurations[index]
        request = self._request.configured(configuration)
        name = configuration_name(request, configuration)
        if known := finished.find(request):
            return known
        if self._heartbeat.stop_asked:
            return None
        folder = self._folder / f"configuration-{index + 1}-{finished.data_hash[:8]}"
        try:
            row = self._trained(index, name, request, data, folder)
        except TrainingStopped:
            return None
        except Exception as exc:  # whatever it is, the hours of the other configurations are not lost
            known_error = isinstance(exc, LenswrightError)
            log.warning("configuration %r failed", name, exc_info=not known_error)
            return failed_row(name, request, str(exc) if known_error else f"{type(exc).__name__}: {exc}")
        if self._heartbeat.stop_asked:
            return row | {"error": EARLY}
        finished.keep(request, row)
        rmtree(folder, ignore_errors=True)  # checkpoints and frames of gigabytes; the version has all
        return row

    def _trained(
        self, index: int, name: str, request: TrainingRequest, data: FrozenData, folder: Path
    ) -> Row:
        folder.mkdir(exist_ok=True)
        part = self._progress.part(index, len(self._request.configurations), request.preset)
        training = TrainingRun(
            self._bench, replace(self._run, request=request), part, self._heartbeat,
            promote=False, data=data, folder=folder,
        )  # fmt: skip
        try:
            outcome = training.execute()
        finally:
            _forget_networks()
        manifest = self._bench.bundles.manifest(self._run.task, str(outcome.version))
        return trained_row(name, request, manifest.backbone, outcome)

    def _ranked(self, rows: list[Row], photos: SplitPhotos) -> list[Row]:
        labels = {photo.pixel_sha256: str(photo.label) for photo in photos.test}
        versions = [row["version"] for row in rows if row["version"]]
        return ranked(rows, {version: self._right(version, labels) for version in versions})

    def _right(self, version: str, labels: dict[str, str]) -> dict[str, bool]:
        manifest = self._bench.bundles.manifest(self._run.task, version)
        answers = stored_answers(self._bench.bundles, manifest).by_pixels
        return {
            pixels: manifest.classes[int(probabilities.argmax())] == labels[pixels]
            for pixels, probabilities in answers.items()
            if pixels in labels
        }


def _forget_networks() -> None:
    """Let go of the networks of one configuration: Keras keeps them, and nine of them took 12 GB."""
    import keras

    keras.backend.clear_session()
    gc.collect()
    give_back_memory()


def configuration_name(request: TrainingRequest, configuration: dict[str, Any]) -> str:
    """Return what tells a configuration from the others: "mobilenet_v2 best, epochs=5"."""
    others = [
        f"{name}={value}" for name, value in configuration.items() if name not in ("preset", "backbone")
    ]
    return ", ".join([f"{request.backbone} {request.preset}", *others])


def _in_short(row: Row) -> str:
    if not row["version"]:
        return str(row["error"])
    low, high = f"{row['accuracy_low']:.1%}", f"{row['accuracy_high']:.1%}"
    found = f"{row['accuracy']:.1%} of the test photos ({low} to {high}) in {row['seconds']:.0f} s."
    return f"{found} {row['error'] or ''}".strip()
