"""What a run measures, handed to the experiment trackers that are there. None of them can harm it.

TensorBoard always; MLflow where MLFLOW_TRACKING_URI is set; W&B where WANDB_API_KEY is set, or
WANDB_MODE is offline. Each lives in a thread of its own: a slow server holds up no run, and a
tracker that fails is logged once and dropped.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol

from lenswright.runs.state import Run
from lenswright.training.tracking.mlflow_tracker import MlflowTracker
from lenswright.training.tracking.wandb_tracker import WandbTracker

PATIENCE_S = 5.0  # how long the end of a run may wait for its trackers

log = logging.getLogger(__name__)

Numbers = Mapping[str, float]


class Tracker(Protocol):
    """One experiment tracker, following one run."""

    def epoch(self, step: int, numbers: Numbers) -> None:
        """Note what epoch `step` measured."""

    def end(self, state: str, numbers: Numbers, version: str | None) -> None:
        """Note how the run ended, its final numbers and the version it made."""


class Trackers:
    """All trackers of one run, by name. They are opened with its first epoch: a run that ends
    before has measured nothing and leaves nothing behind."""

    def __init__(
        self, openers: Mapping[str, Callable[[], Tracker]], *, patience_s: float = PATIENCE_S
    ) -> None:
        self._patience_s = patience_s
        self._couriers = [_Courier(name, opener) for name, opener in openers.items()]
        self._step = 0

    def epoch(self, record: Mapping[str, Any]) -> None:
        """Note every number of an epoch's record, at the step `epoch`; returns at once.

        A record that names its `phase` is a series of its own: "fine-tuning/val_loss".
        """
        self._step = int(record.get("epoch", self._step + 1))
        step, numbers = self._step, flat_numbers(record, str(record.get("phase", "")))
        for courier in self._couriers:
            courier.send(lambda tracker: tracker.epoch(step, numbers))

    def end(self, state: str, summary: Mapping[str, Any]) -> None:
        """Note the end ("completed", "failed" or "stopped"), the `version` and every number of
        `summary`, as "final/accuracy". Returns after `patience_s` at the latest."""
        numbers, version = flat_numbers(summary, "final"), summary.get("version")
        deadline = time.monotonic() + self._patience_s
        for courier in self._couriers:
            if self._step:
                courier.send(lambda tracker: tracker.end(state, numbers, version))
            courier.send(None)
        for courier in self._couriers:
            courier.join(max(0.0, deadline - time.monotonic()))
            if courier.is_alive():
                log.warning("%s is too slow: its last numbers may be missing", courier.name)


class _Courier(Thread):
    """Hands calls to one tracker, in order, until it is sent None or the tracker fails."""

    def __init__(self, name: str, open_tracker: Callable[[], Tracker]) -> None:
        super().__init__(name=name, daemon=True)
        self._open_tracker = open_tracker
        self._calls: SimpleQueue[Callable[[Tracker], None] | None] = SimpleQueue()
        self.start()

    def send(self, call: Callable[[Tracker], None] | None) -> None:
        self._calls.put(call)

    def run(self) -> None:
        tracker = None
        try:
            while (call := self._calls.get()) is not None:
                tracker = tracker or self._open_tracker()
                call(tracker)
        except Exception as exc:  # whatever somebody else's package raises
            log.warning("%s no longer follows this run: %s: %s", self.name, type(exc).__name__, exc)


def open_trackers(run: Run, folder: Path, environment: Mapping[str, str]) -> Trackers:
    """Return the trackers of `run`; TensorBoard and W&B keep their files in `folder`."""
    openers: dict[str, Callable[[], Tracker]] = {
        "TensorBoard": lambda: _open_tensorboard(run, folder / "tensorboard")
    }
    if uri := environment.get("MLFLOW_TRACKING_URI"):
        openers["MLflow"] = lambda: MlflowTracker(import_module("mlflow"), run, uri)
    if environment.get("WANDB_API_KEY") or environment.get("WANDB_MODE") == "offline":
        project = environment.get("WANDB_PROJECT", "lenswright")
        openers["W&B"] = lambda: WandbTracker(import_module("wandb"), run, folder, project)
    return Trackers(openers)


def _open_tensorboard(run: Run, folder: Path) -> Tracker:
    from lenswright.training.tracking.tensorboard_tracker import TensorBoardTracker  # half a second

    return TensorBoardTracker(run, folder)


def flat_numbers(record: Mapping[str, Any], within: str = "") -> dict[str, float]:
    """Return the finite numbers of `record` and of the mappings in it, by path; flags are none."""
    found: dict[str, float] = {}
    for name, value in record.items():
        path = f"{within}/{name}" if within else name
        if isinstance(value, Mapping):
            found |= flat_numbers(value, path)
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found[path] = float(value)
    return found
