import pytest

from lenswright.runs.state import Run
from lenswright.training.tracking.mlflow_tracker import MlflowTracker
from tests.training.tracking.recorder import Recorder


def test_the_run_is_named_within_the_experiment_of_its_task(run: Run) -> None:
    mlflow = Recorder()
    MlflowTracker(mlflow, run, "http://tracking")
    assert [name for name, _, _ in mlflow.calls] == [
        "set_tracking_uri", "set_experiment", "start_run", "log_params",
    ]  # fmt: skip
    assert mlflow.of("set_tracking_uri") == [(("http://tracking",), {})]
    assert mlflow.of("set_experiment") == [(("dog-breeds",), {})]
    assert mlflow.of("start_run") == [((), {"run_name": f"run {run.id}"})]
    ((parameters,), _) = mlflow.of("log_params")[0]
    assert (parameters["epochs"], parameters["preset"]) == ("7", "fast")


@pytest.mark.parametrize(
    ("state", "status"), [("completed", "FINISHED"), ("failed", "FAILED"), ("stopped", "KILLED")]
)
def test_it_ends_as_the_run_ended(run: Run, state: str, status: str) -> None:
    mlflow = Recorder()
    tracker = MlflowTracker(mlflow, run, "http://tracking")
    tracker.epoch(3, {"loss": 0.5})
    tracker.end(state, {"final/accuracy": 0.9}, "v1")
    assert mlflow.of("log_metrics") == [
        (({"loss": 0.5},), {"step": 3}),
        (({"final/accuracy": 0.9},), {"step": 3}),
    ]
    assert mlflow.of("set_tags") == [(({"state": state, "version": "v1"},), {})]
    assert mlflow.calls[-1] == ("end_run", (status,), {})
