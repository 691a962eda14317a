"""Versions of models: list, look into, download, promote, roll back."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from lenswright.access.roles import Role
from lenswright.web.actor import actor
from lenswright.web.bodies import flag_field, json_object, list_field, text_field
from lenswright.web.model_report import detail, entries
from lenswright.web.openapi import binary, json_body, operation
from lenswright.web.run_report import submitted
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.models import (
    ExportBody,
    ModelDetailAnswer,
    ModelsAnswer,
    PromoteBody,
    PromotedAnswer,
)
from lenswright.web.schemas.training import SubmittedAnswer
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("models", __name__, tag="models")

_ANY_OBJECT = {"application/json": {"schema": {"type": "object"}}}
_ANY_FILE = {"application/octet-stream": {"schema": binary()}}


@blueprint.get("/models")
@blueprint.doc(
    **operation(
        "Every version with its measured quality", ModelsAnswer, least=Role.VIEWER, problems=(400, 422)
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def models(query: TaskQuery) -> dict[str, Any]:
    task = task_of(query.task)
    here = services()
    return {"task": task, "champion": here.promotion.champion(task), "models": entries(here, task)}


@blueprint.get("/models/<version>")
@blueprint.doc(
    **operation(
        "One version: manifest, files, history", ModelDetailAnswer, least=Role.VIEWER, problems=(404,)
    )
)
def model(version: str) -> dict[str, Any]:
    here = services()
    return detail(here, here.versions.get(version))


@blueprint.get("/models/<version>/report")
@blueprint.doc(
    **operation("How it was measured, mistake by mistake", _ANY_OBJECT, least=Role.VIEWER, problems=(404,))
)
def report(version: str) -> dict[str, Any]:
    here = services()
    found: dict[str, Any] = here.bundles.report(here.versions.get(version).task, version)
    return found


@blueprint.get("/models/<version>/files/<name>")
@blueprint.doc(**operation("Download a file of a version", _ANY_FILE, least=Role.VIEWER, problems=(404,)))
def model_file(version: str, name: str) -> Response:
    here = services()
    data = here.bundles.read_file(here.versions.get(version).task, version, name)
    response = Response(data, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/models/<version>/promote")
@blueprint.doc(
    **operation(
        "Let this version answer from now on",
        PromotedAnswer,
        least=Role.TRAINER,
        problems=(400, 404, 409, 422),
        body=json_body(PromoteBody),
        description="The bundle is loaded and must reproduce its golden answers first. Every instance"
        " swaps within three seconds, without dropping a request. A version that the gate refused needs"
        ' {"override": true} and a reason; the history keeps both.',
    )
)
def promote(version: str) -> dict[str, Any]:
    body = json_object()
    override = flag_field(body, "override")
    reason = text_field(body, "reason") or ("" if override else "promoted by hand")
    task, previous = services().promoter.promote(version, reason[:500], by=actor(), override=override)
    return {"task": task, "version": version, "previous": previous}


@blueprint.post("/models/<version>/export")
@blueprint.doc(
    **operation(
        "Write this version in further formats",
        SubmittedAnswer,
        least=Role.TRAINER,
        status=202,
        problems=(400, 404, 409, 422),
        body=json_body(ExportBody, {"formats": ["saved_model", "tflite"]}),
        description="Returns at once; follow the run at `/training-status`. The files are then among those"
        " of the version.",
    )
)
def export(version: str) -> tuple[dict[str, Any], int]:
    formats = list_field(json_object(), "formats", (str,))
    return submitted(services().desk.export(version, formats)), 202


@blueprint.post("/models/rollback")
@blueprint.doc(
    **operation(
        "Back to the version before", PromotedAnswer, least=Role.TRAINER, problems=(400, 404, 409, 422)
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def rollback(query: TaskQuery) -> dict[str, Any]:
    task = task_of(query.task or text_field(json_object(), "task"))
    version, previous = services().promoter.rollback(task)
    return {"task": task, "version": version, "previous": previous}
