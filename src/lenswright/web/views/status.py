"""`GET /status`."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.web.openapi import operation
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.status import StatusAnswer
from lenswright.web.services import services
from lenswright.web.status_report import status_report
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("status", __name__, tag="watch")


@blueprint.get("/status")
@blueprint.doc(
    **operation(
        "Model, quality, latency, throughput, counts", StatusAnswer, least=Role.VIEWER, problems=(400, 422)
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def status(query: TaskQuery) -> dict[str, Any]:
    return status_report(services(), task_of(query.task))
