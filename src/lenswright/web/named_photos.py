"""The photos that the JSON body of a request names."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from lenswright.errors import InputRefused
from lenswright.web.bodies import json_object, list_field, text_field
from lenswright.web.tasks import task_of

MOST_PHOTOS = 10_000  # of one request: they are changed in one transaction


@dataclass(frozen=True)
class NamedPhotos:
    """Ids of photos of a task; `body` is what else came with them."""

    task: str
    ids: list[int]
    body: dict[str, Any] = field(default_factory=dict)


def named_photos(task_in_query: str, schema: type[BaseModel]) -> NamedPhotos:
    """Return what the body, which has no other members than `schema`, names; it may name the task, too.

    Raises MalformedRequest, or InputRefused unless there are 1 to 10,000 photos.
    """
    body = json_object(schema.model_fields)
    task = task_of(text_field(body, "task") or task_in_query)
    ids = list_field(body, "photos", (int,))
    if not 1 <= len(ids) <= MOST_PHOTOS:
        raise InputRefused(f"Expected 1 to {MOST_PHOTOS:,} ids in 'photos'. Received: {len(ids)}.")
    return NamedPhotos(task, ids, body)
