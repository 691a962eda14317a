"""The version that answers the present request: taken once, and named on every line the request logs."""

from flask import g
from structlog.contextvars import bind_contextvars

from lenswright.inference.answering import Answering
from lenswright.web.services import services


def answering_for(task: str) -> Answering:
    """Return the champion of `task`, which answers to the end of this request. Raises NoModel."""
    g.answering = answering = services().live.answering(task)
    bind_contextvars(task=task, model_version=answering.version)
    return answering
