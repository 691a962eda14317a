"""Health for load balancers and container platforms."""

from typing import Any

from apiflask import APIBlueprint
from flask import request

from lenswright.errors import Unavailable
from lenswright.http_worker.bridge import IS_STOPPING
from lenswright.web.openapi import operation
from lenswright.web.schemas.status import HealthAnswer
from lenswright.web.services import services

blueprint = APIBlueprint("health", __name__, tag="watch")


@blueprint.get("/health/live")
@blueprint.doc(**operation("Whether the process runs", HealthAnswer, least=None))
def live() -> dict[str, Any]:
    return {"status": "ok"}


@blueprint.get("/health")
@blueprint.doc(**operation("The same as /health/ready", HealthAnswer, least=None))
def health() -> dict[str, Any]:
    return ready()


@blueprint.get("/health/ready")
@blueprint.doc(**operation("Whether it is warm and can take requests", HealthAnswer, least=None))
def ready() -> dict[str, Any]:
    here = services()
    if request.environ.get(IS_STOPPING):
        raise Unavailable("The service is about to stop.")
    if not here.live.ready():
        raise Unavailable("The service is still loading its models.")
    here.promotion.champions()  # the database answers, else StorageFailure
    return {"status": "ok"}
