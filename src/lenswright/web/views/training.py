"""Training: order it, watch it, stop it."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.errors import Conflict
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.web.bodies import integer_field, json_object, list_field
from lenswright.web.openapi import json_body, operation
from lenswright.web.run_report import run_detail, run_entry
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.training import (
    IdleAnswer,
    RetrainBody,
    RunQuery,
    RunsAnswer,
    RunsQuery,
    StopAnswer,
    StopBody,
    SubmittedAnswer,
    TrainBody,
    TrainingStatusAnswer,
)
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("training", __name__, tag="train")


@blueprint.post("/train")
@blueprint.doc(
    **operation(
        "Train on every labelled photo",
        SubmittedAnswer,
        status=202,
        problems=(400, 409, 422),
        body=json_body(TrainBody, {"preset": "fast", "epochs": 60}),
        description="Returns at once; one run at a time per machine. Follow it at `/training-status`.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def train(query: TaskQuery) -> tuple[dict[str, Any], int]:
    request = _request(json_object(), query.task, "train")
    return _submitted(services().desk.train(request), 0), 202


@blueprint.post("/retrain")
@blueprint.doc(
    **operation(
        "Label photos taken in before, then train with all data",
        SubmittedAnswer,
        status=202,
        problems=(400, 404, 409, 422),
        body=json_body(RetrainBody, {"files": [1, 2], "labels": ["cat", "dog"]}),
        description="A label the task does not know is refused unless `allow_new_labels` is true or the"
        " task has no labels yet.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def retrain(query: TaskQuery) -> tuple[dict[str, Any], int]:
    body = json_object()
    files = list_field(body, "files", (int, str))
    labels = list_field(body, "labels", (str,))
    allow_new = body.pop("allow_new_labels", False) is True
    request = _request(body, query.task, "retrain")
    run = services().desk.retrain(request, files, labels, allow_new_labels=allow_new)
    return _submitted(run, len(files)), 202


@blueprint.get("/training-status")
@blueprint.doc(**operation("Where a run stands", (TrainingStatusAnswer, IdleAnswer), problems=(400, 404)))
@blueprint.input(RunQuery, location="query", arg_name="query")
def training_status(query: RunQuery) -> dict[str, Any]:
    here = services()
    task = task_of(query.task) if query.task else None
    run = here.journal.latest(task) if query.run_id is None else here.journal.get(query.run_id)
    return {"state": "idle"} if run is None else run_detail(here.journal, run, here.clock())


@blueprint.get("/runs")
@blueprint.doc(**operation("All runs, newest first", RunsAnswer, problems=(400,)))
@blueprint.input(RunsQuery, location="query", arg_name="query")
def runs(query: RunsQuery) -> dict[str, Any]:
    here = services()
    found = here.journal.recent(task_of(query.task) if query.task else None, query.limit)
    now = here.clock()
    return {"runs": [run_entry(run, here.journal.epochs(run.id)[-1:], now) for run in found]}


@blueprint.post("/training/stop")
@blueprint.doc(
    **operation(
        "Stop the run in progress",
        StopAnswer,
        status=202,
        problems=(400, 404, 409),
        body=json_body(StopBody),
        description="It ends within five seconds; the best model so far is kept if there is one.",
    )
)
def stop() -> tuple[dict[str, Any], int]:
    here = services()
    run_id = integer_field(json_object(), "run_id")
    if run_id is None:
        active = here.supervisor.active()
        if active is None:
            raise Conflict("No training run is in progress on this machine.")
        run_id = active.id
    run = here.supervisor.stop(run_id)
    return {"run_id": run.id, "state": run.state}, 202


def _request(body: dict[str, Any], task_in_query: str, kind: str) -> TrainingRequest:
    """Return the request of a body; the task may be named in the query instead."""
    asked = TrainingRequest.from_json({"task": task_in_query or services().settings.default_task, **body})
    return TrainingRequest.from_json(asked.to_json() | {"task": task_of(asked.task), "kind": kind})


def _submitted(run: Run, labelled: int) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "task": run.task,
        "kind": run.kind,
        "state": run.state,
        "status_url": f"/training-status?run_id={run.id}",
        "labelled": labelled,
    }
