"""Search for the settings of a head: a backbone's features are computed once, then many heads are fitted.

Validation photos choose, and so flatter the best trial a little: what it is worth, only the test split
can tell, which nothing here looks at. Training with the settings found measures it there.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import TrainingDiverged
from lenswright.evaluation.calibration import fit_temperature
from lenswright.evaluation.gate import SIGNIFICANT, mcnemar
from lenswright.evaluation.metrics import log_loss
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.training.embedding import Embedded, embed
from lenswright.training.feature_network import feature_network
from lenswright.training.fit import DEFAULT_BATCH, DEFAULT_LEARNING_RATE, DEFAULT_WEIGHT_DECAY, fit_head
from lenswright.training.frozen_data import freeze_data
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import Outcome
from lenswright.training.workbench import Workbench

LEARNING_RATES = 1e-4, 1e-2
WEIGHT_DECAYS = 1e-4, 1.0
MOST_DROPOUT, MOST_SMOOTHING = 0.5, 0.15
MIXUPS = 0.0, 0.0, 0.1, 0.2, 0.4
BATCH_SIZES = 32, 64, 128, 256
SEARCHED = "learning_rate", "weight_decay", "dropout", "label_smoothing", "mixup", "batch_size"

Settings = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One head: the settings it was fitted with, `right` (N,) of the validation photos, its log loss
    at the temperature that suits it best."""

    number: int
    settings: Settings
    right: NDArray[np.bool_]
    log_loss: float
    epochs: int
    seconds: float

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    def row(self, rank: int) -> dict[str, Any]:
        return {
            "rank": rank,
            "trial": self.number,
            **self.settings,
            "val_accuracy": self.accuracy,
            "val_log_loss": self.log_loss,
            "epochs": self.epochs,
            "seconds": round(self.seconds, 2),
        }


class Tuning:
    """A random search of `request.trials` heads; the first has the request's own settings."""

    def __init__(self, bench: Workbench, run: Run, progress: Progress, heartbeat: Heartbeat) -> None:
        self._bench, self._run, self._request = bench, run, run.request
        self._progress, self._heartbeat = progress, heartbeat

    def execute(self) -> Outcome:
        """Return the trials, best first, and the body of the `/train` that uses the best one.

        A stop keeps the finished trials. Raises TrainingStopped if there are none, TrainingDiverged if
        none of them had a finite loss, and the errors of the steps before.
        """
        self._progress.enter("starting")
        data = freeze_data(self._bench, self._run, self._progress)
        self._progress.enter("weights")
        champion = self._bench.champion(self._run.task)
        backbone = self._bench.shelf().find(self._request, champion.manifest if champion else None)
        self._progress.say(f"Backbone {backbone.name} at {backbone.spec.size_px} px: {backbone.weights}.")
        self._progress.enter("features")
        eye = feature_network(
            self._bench, backbone, data.photos, self._request, self._progress, self._heartbeat
        )
        embedded, photos = embed(
            self._bench, eye, data.photos, self._request, self._progress, self._heartbeat
        )
        self._progress.enter("tuning")
        trials = self._search(embedded, len(photos.classes))
        self._progress.leave()
        outcome = self._outcome(trials)
        return Outcome(None, outcome.result | data.to_json())

    def _search(self, embedded: Embedded, class_count: int) -> list[Trial]:
        trials: list[Trial] = []
        failures: list[TrainingDiverged] = []
        for number, settings in enumerate(drawn_settings(self._request), start=1):
            try:
                trial = self._trial(number, settings, embedded, class_count)
            except TrainingDiverged as exc:
                self._progress.say(f"Trial {number} is left out: {exc}")
                failures.append(exc)
                continue
            if self._heartbeat.stop_asked:  # what it had learnt by then is no fair measure of it
                break
            trials.append(trial)
            self._report(trial)
        if not trials:
            self._heartbeat.check()
            raise failures[0]
        return sorted(trials, key=lambda trial: (-trial.accuracy, trial.log_loss))

    def _trial(self, number: int, settings: Settings, embedded: Embedded, class_count: int) -> Trial:
        request = self._request.model_copy(update=settings)
        began = time.monotonic()

        def on_epoch(record: Mapping[str, Any]) -> None:
            self._progress.at((number - 1 + record["epoch"] / request.epochs) / request.trials)

        head = fit_head(
            embedded.train, embedded.validation, class_count, request,
            on_epoch=on_epoch, should_stop=lambda: self._heartbeat.stop_asked,
        )  # fmt: skip
        right, loss = _measure(head, embedded.validation)
        return Trial(number, settings, right, loss, head.epochs, time.monotonic() - began)

    def _report(self, trial: Trial) -> None:
        self._progress.at(trial.number / self._request.trials)
        self._progress.epoch(
            {"epoch": trial.number, "val_accuracy": trial.accuracy, "val_loss": trial.log_loss}
            | trial.settings
        )

    def _outcome(self, trials: list[Trial]) -> Outcome:
        best = trials[0]
        first = next((trial for trial in trials if trial.number == 1), best)
        self._progress.say(_sentence(best, first))
        rows = [trial.row(rank) for rank, trial in enumerate(trials, start=1)]
        return Outcome(None, {"trials": rows, "best": _training_body(self._request, best.settings)})


def drawn_settings(request: TrainingRequest) -> Iterator[Settings]:
    """Yield the settings of every trial: those of `request`, then random ones; `seed` decides which."""
    defaults: Settings = {
        "learning_rate": DEFAULT_LEARNING_RATE,
        "weight_decay": DEFAULT_WEIGHT_DECAY,
        "batch_size": DEFAULT_BATCH,
    }
    own = {name: getattr(request, name) for name in SEARCHED}
    yield own | {name: value for name, value in defaults.items() if own[name] is None}
    random = np.random.default_rng(request.seed)
    for _ in range(request.trials - 1):
        yield {
            "learning_rate": _log_uniform(random, *LEARNING_RATES),
            "weight_decay": _log_uniform(random, *WEIGHT_DECAYS),
            "dropout": round(float(random.uniform(0, MOST_DROPOUT)), 2),
            "label_smoothing": round(float(random.uniform(0, MOST_SMOOTHING)), 2),
            "mixup": float(random.choice(MIXUPS)),
            "batch_size": int(random.choice(BATCH_SIZES)),
        }


def _log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Return a number between `low` and `high`, every order of magnitude alike, in two digits."""
    return float(f"{np.exp(random.uniform(np.log(low), np.log(high))):.1e}")


def _measure(head: LinearHead, validation: LabelledFeatures) -> tuple[NDArray[np.bool_], float]:
    from scipy.special import softmax

    logits = head.logits(validation.embeddings)
    temperature = fit_temperature(logits, validation.labels)
    loss = log_loss(softmax(logits / temperature, axis=1), validation.labels)
    return np.asarray(logits.argmax(axis=1) == validation.labels), loss


def _sentence(best: Trial, first: Trial) -> str:
    """Return what the search has gained over the settings it began with, and whether that is chance."""
    found = f"Trial {best.number} is best: {best.accuracy:.2%} of {len(best.right)} validation photos"
    if best is first:
        return f"{found}, with the settings the search began with."
    gained, lost = int((best.right & ~first.right).sum()), int((first.right & ~best.right).sum())
    chance = "more than chance" if mcnemar(gained, lost) < SIGNIFICANT else "within chance"
    return f"{found}, against {first.accuracy:.2%} at the start; the difference is {chance}."


def _training_body(request: TrainingRequest, settings: Settings) -> dict[str, Any]:
    """Return the body of a `/train` with these settings: what was asked, less what is default anyway."""
    preset = "fast" if request.preset == "scratch" else request.preset  # heads on frozen features
    asked = request.model_dump(mode="json", exclude={"kind", "trials", "resume_run"}, exclude_defaults=True)
    return asked | {"task": request.task, "preset": preset} | settings
