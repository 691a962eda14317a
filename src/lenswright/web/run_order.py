"""An order for a run: its body in, the queued run out."""

from typing import Any

from lenswright.runs.request import Kind, TrainingRequest
from lenswright.web.bodies import json_object
from lenswright.web.run_report import submitted
from lenswright.web.services import services
from lenswright.web.tasks import task_of


def ordered(task_in_query: str, kind: Kind) -> tuple[dict[str, Any], int]:
    """Queue the run that the present request's body asks for; return what `/train` answers, and 202."""
    return submitted(services().desk.order(request_of(json_object(), task_in_query, kind))), 202


def request_of(body: dict[str, Any], task_in_query: str, kind: Kind) -> TrainingRequest:
    """Return the request of a body; the task may be named in the query instead."""
    task = {"task": task_in_query or services().settings.default_task}
    asked = TrainingRequest.from_json(task | body | {"kind": kind})
    return asked.model_copy(update={"task": task_of(asked.task)})
