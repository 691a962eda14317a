"""The body of a fusion in, a wish out."""

from typing import Any

from pydantic import ValidationError

from lenswright.dataset.fusion_wish import FusionSource, FusionWish
from lenswright.dataset.labels import normalise_task
from lenswright.errors import InputRefused
from lenswright.web.schemas.fusion import FuseBody
from lenswright.web.tasks import task_of

MOST_SHOWN = 5


def fusion_wish(body: dict[str, Any], task_in_query: str) -> FusionWish:
    """Return what is asked for; the task may be named in the query instead.

    Raises InputRefused naming the fields that cannot be used, with what was expected and what came.
    """
    try:
        wanted = FuseBody.model_validate(body)
    except ValidationError as exc:
        raise InputRefused(_refusal(exc)) from exc
    sources = (FusionSource(normalise_task(source.task), source.map) for source in wanted.sources)
    task = _slug(wanted.task or task_in_query)
    return FusionWish(task, tuple(sources), wanted.hold_out, wanted.seed)


def _slug(named: str) -> str:
    """Return the task; one that is made anew must be named as it will be. Raises InputRefused."""
    task = task_of(named)
    if named and task != named:
        raise InputRefused(f"Expected the name of a task as it will be: {task!r}. Received: {named[:100]!a}.")
    return task


def _refusal(refused: ValidationError) -> str:
    sentences = [
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}. Received: {ascii(error['input'])[:200]}."
        for error in refused.errors(include_url=False)[:MOST_SHOWN]
    ]
    return " ".join(sentences)
