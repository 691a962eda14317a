import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lenswright.runs.state import Run
from lenswright.training.tracking.trackers import Trackers, flat_numbers, open_trackers


class Notebook:
    """A tracker that remembers what it was told; fails at epoch `fails_at`, waits for `gate` if given."""

    def __init__(self, fails_at: int = -1, gate: threading.Event | None = None) -> None:
        self.told: list[Any] = []
        self._fails_at, self._gate = fails_at, gate

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        if self._gate is not None:
            self._gate.wait()
        if step == self._fails_at:
            raise ConnectionError("the server is away")
        self.told.append((step, dict(numbers)))

    def end(self, state: str, numbers: Mapping[str, float], version: str | None) -> None:
        self.told.append((state, dict(numbers), version))


def test_epochs_and_the_end_arrive_in_order() -> None:
    notebook = Notebook()
    following = Trackers({"notebook": lambda: notebook})
    following.epoch({"epoch": 1, "loss": 0.5, "phase": "fitting"})
    following.epoch({"epoch": 2, "loss": 0.25, "promising": True})
    following.end("completed", {"accuracy": 0.9, "version": "v1"})
    assert notebook.told == [
        (1, {"fitting/epoch": 1.0, "fitting/loss": 0.5}),
        (2, {"epoch": 2.0, "loss": 0.25}),
        ("completed", {"final/accuracy": 0.9}, "v1"),
    ]


def test_a_tracker_that_fails_is_named_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    broken, whole = Notebook(fails_at=2), Notebook()
    following = Trackers({"broken": lambda: broken, "whole": lambda: whole})
    for epoch in range(1, 5):
        following.epoch({"epoch": epoch})
    following.end("completed", {})
    assert [step for step, *_ in broken.told] == [1]
    assert [step for step, *_ in whole.told] == [1, 2, 3, 4, "completed"]
    assert [record.getMessage() for record in caplog.records] == [
        "broken no longer follows this run: ConnectionError: the server is away"
    ]


def test_a_tracker_that_cannot_be_opened_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    def absent() -> Notebook:
        raise ModuleNotFoundError("No module named 'mlflow'")

    following = Trackers({"MLflow": absent})
    following.epoch({"epoch": 1})
    following.end("failed", {})
    assert "No module named 'mlflow'" in caplog.text


def test_a_slow_tracker_holds_up_neither_an_epoch_nor_the_end(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    slow = Notebook(gate=gate)
    following = Trackers({"slow": lambda: slow}, patience_s=0.05)
    following.epoch({"epoch": 1})
    following.end("completed", {})
    assert slow.told == []
    assert "slow is too slow" in caplog.text
    gate.set()


def test_a_run_that_measured_nothing_opens_no_tracker() -> None:
    opened = []
    following = Trackers({"notebook": lambda: opened.append(1) or Notebook()})  # type: ignore[func-returns-value]
    following.end("failed", {})
    assert opened == []


def test_numbers_are_finite_and_found_at_any_depth() -> None:
    record = {"a": 1, "b": {"c": 0.5, "d": "text"}, "e": float("nan"), "f": True, "g": None, "h": [1, 2]}
    assert flat_numbers(record) == {"a": 1.0, "b/c": 0.5}


def test_without_any_setting_a_run_leaves_tensorboard_files_only(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    following = open_trackers(run, tmp_path, {})
    following.epoch({"epoch": 1, "loss": 0.5})
    following.end("completed", {"accuracy": 1.0})
    assert [file.name for file in tmp_path.iterdir() if file.name != "data"] == ["tensorboard"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"MLFLOW_TRACKING_URI": "http://x"}, "MLflow"),
        ({"WANDB_API_KEY": "k"}, "W&B"),
        ({"WANDB_MODE": "offline"}, "W&B"),
    ],
)
def test_a_tracker_asked_for_by_the_environment_is_there(
    run: Run, tmp_path: Path, environment: dict[str, str], name: str
) -> None:
    following = open_trackers(run, tmp_path, environment)
    assert [thread.name for thread in threading.enumerate() if thread.name == name] == [name]
    following.end("failed", {})
