"""`GET /metrics`: numbers for Prometheus, of this instance."""

from apiflask import APIBlueprint
from flask import Response

from lenswright.access.roles import Role
from lenswright.web.openapi import operation
from lenswright.web.services import services

blueprint = APIBlueprint("metrics", __name__, tag="watch")

_TEXT = {"text/plain": {"schema": {"type": "string"}}}


@blueprint.get("/metrics")
@blueprint.doc(**operation("Numbers for Prometheus, of this instance", _TEXT, least=Role.VIEWER))
def metrics() -> Response:
    here = services()
    here.metrics.set_training(here.supervisor.active() is not None)
    here.metrics.set_models(here.live.versions())
    return Response(here.metrics.render(), content_type="text/plain; version=0.0.4; charset=utf-8")
