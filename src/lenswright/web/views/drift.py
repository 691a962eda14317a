"""`GET /drift`: whether recent photos are like those the model was tested on."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.web.drift_report import drift_report
from lenswright.web.openapi import operation
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.drift import DriftAnswer
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("drift", __name__, tag="watch")


@blueprint.get("/drift")
@blueprint.doc(
    **operation(
        "Whether recent photos are like those the model was tested on",
        DriftAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Up to 2,000 of the last answers of the version that serves, given by all instances, are"
        " held against its answers to the validation photos. Confidence (PSI) and distance to the training"
        " photos (KS) decide, at the same class mix; that the mix differs is only noted. Photos of"
        " `/predict/batch` do not count: the log keeps none of their answers.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def drift(query: TaskQuery) -> dict[str, Any]:
    return drift_report(services(), task_of(query.task), max_age_s=1.0)
