"""Weights & Biases: a run in a project, grouped by task."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lenswright.runs.state import Run

INIT_TIMEOUT_S = 10.0  # W&B would wait 90 s for an unreachable server, even when our process wants to end


class WandbTracker:
    """Follows one run; its local files lie in `folder`, the terminal stays ours."""

    def __init__(self, wandb: Any, run: Run, folder: Path, project: str) -> None:
        self._run = wandb.init(
            project=project,
            group=run.task,
            name=f"run {run.id}",
            config=run.request.to_json(),
            dir=str(folder),
            settings=wandb.Settings(silent=True, console="off", init_timeout=INIT_TIMEOUT_S),
        )
        # W&B's own step may never fall, but epochs begin anew when a head is fitted again
        self._run.define_metric("*", step_metric="epoch")

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        self._run.log({**numbers, "epoch": step})

    def end(self, state: str, numbers: Mapping[str, float], version: str | None) -> None:
        self._run.summary.update({**numbers, "state": state, "version": version})
        self._run.finish(exit_code=int(state == "failed"))
