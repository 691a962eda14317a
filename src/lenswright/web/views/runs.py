"""Training runs: watch them, stop them, resume them."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.errors import Conflict
from lenswright.web.bodies import integer_field, json_object
from lenswright.web.openapi import json_body, operation
from lenswright.web.run_report import run_detail, run_entry, submitted
from lenswright.web.schemas.training import (
    IdleAnswer,
    RunQuery,
    RunsAnswer,
    RunsQuery,
    StopAnswer,
    StopBody,
    SubmittedAnswer,
    TrainingStatusAnswer,
)
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("runs", __name__, tag="train")


@blueprint.get("/training-status")
@blueprint.doc(
    **operation(
        "Where a run stands", (TrainingStatusAnswer, IdleAnswer), least=Role.VIEWER, problems=(400, 404, 422)
    )
)
@blueprint.input(RunQuery, location="query", arg_name="query")
def training_status(query: RunQuery) -> dict[str, Any]:
    here = services()
    task = task_of(query.task) if query.task else None
    run = here.journal.latest(task) if query.run_id is None else here.journal.get(query.run_id)
    return {"state": "idle"} if run is None else run_detail(here.journal, run, here.clock())


@blueprint.get("/runs")
@blueprint.doc(**operation("All runs, newest first", RunsAnswer, least=Role.VIEWER, problems=(400, 422)))
@blueprint.input(RunsQuery, location="query", arg_name="query")
def runs(query: RunsQuery) -> dict[str, Any]:
    here = services()
    found = here.journal.recent(task_of(query.task) if query.task else None, query.limit)
    now = here.clock()
    return {"runs": [run_entry(run, here.journal.epochs(run.id, last=1), now) for run in found]}


@blueprint.post("/training/stop")
@blueprint.doc(
    **operation(
        "Stop the run in progress",
        StopAnswer,
        least=Role.TRAINER,
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


@blueprint.post("/runs/<int:run_id>/resume")
@blueprint.doc(
    **operation(
        "Continue a run that failed or was stopped",
        SubmittedAnswer,
        least=Role.TRAINER,
        status=202,
        problems=(404, 409, 422),
        description="A new run with the same request starts from the last checkpoint and the cached"
        " features that the run, or the last one that continued it, left behind.",
    )
)
def resume(run_id: int) -> tuple[dict[str, Any], int]:
    return submitted(services().desk.resume(run_id)), 202
