from pathlib import Path

import pytest

from lenswright.runs.state import Run
from lenswright.training.tracking.wandb_tracker import WandbTracker
from tests.training.tracking.recorder import Recorder


def test_the_run_carries_its_request_and_leaves_the_terminal_alone(run: Run, tmp_path: Path) -> None:
    wandb = Recorder()
    WandbTracker(wandb, run, tmp_path, "animals")
    _, named = wandb.of("init")[0]
    assert (named["project"], named["group"], named["name"]) == ("animals", "dog-breeds", f"run {run.id}")
    assert named["config"]["epochs"] == 7
    assert named["dir"] == str(tmp_path)
    _, settings = wandb.of("Settings")[0]
    assert (settings["silent"], settings["console"]) == (True, "off")


def test_the_epoch_is_its_axis_so_that_it_may_begin_anew(run: Run, tmp_path: Path) -> None:
    wandb = Recorder()
    tracker = WandbTracker(wandb, run, tmp_path, "animals")
    for epoch in (1, 2, 1):
        tracker.epoch(epoch, {"loss": 1 / epoch})
    assert wandb.of("init.define_metric") == [(("*",), {"step_metric": "epoch"})]
    assert [args[0] for args, _ in wandb.of("init.log")] == [
        {"loss": 1.0, "epoch": 1}, {"loss": 0.5, "epoch": 2}, {"loss": 1.0, "epoch": 1},
    ]  # fmt: skip


@pytest.mark.parametrize(("state", "exit_code"), [("completed", 0), ("stopped", 0), ("failed", 1)])
def test_only_a_failed_run_ends_as_a_failure(run: Run, tmp_path: Path, state: str, exit_code: int) -> None:
    wandb = Recorder()
    WandbTracker(wandb, run, tmp_path, "animals").end(state, {"final/accuracy": 0.9}, None)
    expected = {"final/accuracy": 0.9, "state": state, "version": None}
    assert wandb.of("init.summary.update") == [((expected,), {})]
    assert wandb.calls[-1] == ("init.finish", (), {"exit_code": exit_code})
