"""Which task a request means."""

from lenswright.dataset.labels import normalise_task
from lenswright.web.services import services


def named_task(*named: str | None) -> str | None:
    """Return the first task that a request names, None if it names none."""
    return next((normalise_task(name) for name in named if name), None)


def task_of(named: str | None) -> str:
    """Return the task a request names, or the default task of the service if it names none."""
    return normalise_task(named) if named else services().settings.default_task
