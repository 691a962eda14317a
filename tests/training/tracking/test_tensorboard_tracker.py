"""Real event files, read back as TensorBoard reads them."""

from pathlib import Path
from typing import Any

import pytest

from lenswright.runs.state import Run
from lenswright.training.tracking.tensorboard_tracker import TensorBoardTracker


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder)).Reload()


def scalars(events: Any, name: str) -> list[tuple[int, float]]:
    from tensorflow import make_ndarray

    return [(event.step, float(make_ndarray(event.tensor_proto))) for event in events.Tensors(name)]


def texts(events: Any, name: str) -> str:
    return str(b" ".join(value for event in events.Tensors(name) for value in event.tensor_proto.string_val))


@pytest.fixture
def tracker(run: Run, tmp_path: Path) -> TensorBoardTracker:
    return TensorBoardTracker(run, tmp_path / "tensorboard")


def test_what_an_epoch_measured_can_be_read_at_its_step(tracker: TensorBoardTracker, tmp_path: Path) -> None:
    tracker.epoch(1, {"val_loss": 0.5})
    tracker.epoch(2, {"val_loss": 0.25, "images_per_s": 300.0})
    events = read(tmp_path / "tensorboard")  # while the run still goes on
    assert scalars(events, "val_loss") == [(1, 0.5), (2, 0.25)]
    assert scalars(events, "images_per_s") == [(2, 300.0)]
    assert "| epochs | 7 |" in texts(events, "request")


def test_the_end_states_what_came_of_it(tracker: TensorBoardTracker, tmp_path: Path) -> None:
    tracker.epoch(4, {"val_loss": 0.5})
    tracker.end("stopped", {"final/accuracy": 0.75}, "20261121-v")
    events = read(tmp_path / "tensorboard")
    assert scalars(events, "final/accuracy") == [(4, 0.75)]
    assert "| state | stopped |" in texts(events, "end")
    assert "20261121-v" in texts(events, "end")
