"""Training: what can be chosen, and ordering it; the runs that follow are in `runs`."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.runs.options import training_options
from lenswright.web.actor import actor
from lenswright.web.bodies import json_object, list_field
from lenswright.web.dataset_report import counts
from lenswright.web.openapi import json_body, operation
from lenswright.web.run_order import ordered, request_of
from lenswright.web.run_report import submitted
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.training import (
    CompareBody,
    OptionsAnswer,
    RetrainBody,
    SubmittedAnswer,
    TrainBody,
    TuneBody,
)
from lenswright.web.services import services
from lenswright.web.tasks import task_of

RUNS_TO_LEARN_FROM = 100

blueprint = APIBlueprint("training", __name__, tag="train")


@blueprint.get("/training/options")
@blueprint.doc(
    **operation(
        "What a run may be asked for: presets, backbones, every field",
        OptionsAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Times are those of earlier runs of the task; before the first, of a small computer.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def options(query: TaskQuery) -> dict[str, Any]:
    here, task = services(), task_of(query.task)
    earlier = here.journal.recent(task, RUNS_TO_LEARN_FROM)
    return training_options(task, counts(here, task)["labelled"], earlier)


@blueprint.post("/train")
@blueprint.doc(
    **operation(
        "Train on every labelled photo",
        SubmittedAnswer,
        least=Role.TRAINER,
        status=202,
        problems=(400, 404, 409, 422),
        body=json_body(TrainBody, {"preset": "fast", "epochs": 60}),
        description="Returns at once; one run at a time per machine. Follow it at `/training-status`. With"
        " `snapshot` it learns from an earlier data set, as `/dataset/snapshots` lists them: with its labels"
        " and splits, less the photos that are gone since.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def train(query: TaskQuery) -> tuple[dict[str, Any], int]:
    return ordered(query.task, "train")


@blueprint.post("/retrain")
@blueprint.doc(
    **operation(
        "Label photos taken in before, then train with all data",
        SubmittedAnswer,
        least=Role.TRAINER,
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
    request = request_of(body, query.task, "retrain")
    run = services().desk.retrain(request, files, labels, allow_new_labels=allow_new, by=actor())
    return submitted(run, len(files)), 202


@blueprint.post("/tune")
@blueprint.doc(
    **operation(
        "Look for the best settings of the head",
        SubmittedAnswer,
        least=Role.TRAINER,
        status=202,
        problems=(400, 404, 409, 422),
        body=json_body(TuneBody, {"trials": 20}),
        description="Seconds a trial, on features computed once. The result of the run has the table of"
        " trials, and in `best` a body for `/train`.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def tune(query: TaskQuery) -> tuple[dict[str, Any], int]:
    return ordered(query.task, "tune")


@blueprint.post("/compare")
@blueprint.doc(
    **operation(
        "Train several configurations on the same split",
        SubmittedAnswer,
        least=Role.TRAINER,
        status=202,
        problems=(400, 404, 409, 422),
        body=json_body(CompareBody, {"configurations": [{"preset": "fast"}, {"preset": "best"}]}),
        description="The result of the run has the leaderboard. Each configuration names the fields in"
        " which it differs from the rest of the body; none of them is promoted.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def compare(query: TaskQuery) -> tuple[dict[str, Any], int]:
    return ordered(query.task, "compare")
