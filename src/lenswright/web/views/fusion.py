"""`POST /dataset/fuse`: a task made of the photos of others."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.fusion import Fusion
from lenswright.web.actor import actor
from lenswright.web.bodies import json_object
from lenswright.web.fusion_request import fusion_wish
from lenswright.web.openapi import json_body, operation
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.fusion import FuseAnswer, FuseBody
from lenswright.web.services import services

blueprint = APIBlueprint("fusion", __name__, tag="photos")

_EXAMPLE = {
    "task": "pets",
    "sources": [
        {"task": "dog-breeds", "map": {"*": "dog"}},
        {"task": "cats-vs-dogs", "map": {"cat": "cat"}},
    ],
    "hold_out": 0.2,
}


@blueprint.post("/dataset/fuse")
@blueprint.doc(
    **operation(
        "Make a task of the photos of others",
        FuseAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 422),
        body=json_body(FuseBody, _EXAMPLE),
        description="Photos are copied as one edit, which can be undone; their bytes are shared. With"
        " `hold_out`, whole labels of the sources, such as breeds, are tested with only. Done again, it adds"
        " what is new. `source` of each copy is its task and label there: `dog-breeds/beagle`.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def fuse(query: TaskQuery) -> dict[str, Any]:
    here = services()
    wish = fusion_wish(json_object(FuseBody.model_fields), query.task)
    return asdict(Fusion(here.database, clock=here.clock).fuse(wish, by=actor()))
