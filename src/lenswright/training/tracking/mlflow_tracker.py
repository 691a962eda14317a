"""MLflow: a run in the experiment named as the task."""

from collections.abc import Mapping
from typing import Any

from lenswright.runs.state import Run

STATUS = {"completed": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}
LONGEST = 500  # characters of a parameter that every MLflow server takes


class MlflowTracker:
    """Follows one run on the tracking server at `uri`. All calls come from one thread."""

    def __init__(self, mlflow: Any, run: Run, uri: str) -> None:
        self._mlflow, self._step = mlflow, 0
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment(run.task)
        mlflow.start_run(run_name=f"run {run.id}")
        mlflow.log_params({name: str(value)[:LONGEST] for name, value in run.request.to_json().items()})

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        self._step = step
        self._mlflow.log_metrics(dict(numbers), step=step)

    def end(self, state: str, numbers: Mapping[str, float], version: str | None) -> None:
        self._mlflow.log_metrics(dict(numbers), step=self._step)
        self._mlflow.set_tags({"state": state, "version": version or ""})
        self._mlflow.end_run(STATUS[state])
