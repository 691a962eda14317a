"""`GET /metrics`: numbers for Prometheus, of this instance."""

from apiflask import APIBlueprint
from flask import Response

from lenswright.access.roles import Role
from lenswright.monitoring.metrics import render
from lenswright.web.openapi import operation
from lenswright.web.own_metrics import own_metrics
from lenswright.web.services import services

blueprint = APIBlueprint("metrics", __name__, tag="watch")

_TEXT = {"text/plain": {"schema": {"type": "string"}}}


@blueprint.get("/metrics")
@blueprint.doc(**operation("Numbers for Prometheus, of this instance", _TEXT, least=Role.VIEWER))
def metrics() -> Response:
    here = services()
    text = render(here.request_counts, own_metrics(here))
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
