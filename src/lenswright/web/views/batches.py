"""Uploads, and what became of each of their files."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.edit_history import edit, edits_page
from lenswright.dataset.edits import BATCHES
from lenswright.web.edit_report import edit_json, edit_with_entries
from lenswright.web.openapi import operation
from lenswright.web.paging import paged
from lenswright.web.schemas.batches import (
    BatchesAnswer,
    EditWithEntriesAnswer,
    EntriesQuery,
)
from lenswright.web.schemas.paging import TaskPageQuery
from lenswright.web.services import services
from lenswright.web.tasks import named_task, task_of

blueprint = APIBlueprint("batches", __name__, tag="photos")

_BATCH_PATH = "/dataset/batches/<int(max=4611686018427387904):batch_id>"  # a larger id fits no database


@blueprint.get("/dataset/batches")
@blueprint.doc(
    **operation("What was uploaded, newest first", BatchesAnswer, least=Role.VIEWER, problems=(400, 422))
)
@blueprint.input(TaskPageQuery, location="query", arg_name="query")
def batches(query: TaskPageQuery) -> dict[str, Any]:
    total, found = edits_page(services().database, task_of(query.task), page=query.wanted, actions=BATCHES)
    return paged(query.wanted, total, "batches", [edit_json(one) for one in found])


@blueprint.get(_BATCH_PATH)
@blueprint.doc(
    **operation(
        "One upload, file by file",
        EditWithEntriesAnswer,
        least=Role.VIEWER,
        problems=(400, 404, 422),
        description="A file was stored, labelled, a duplicate of `photo_id`, refused because of `reason`, or"
        " brought a photo back from the bin. A duplicate that came with another label has the code"
        " `label_conflict`, and that label as `label_after`.",
    )
)
@blueprint.input(EntriesQuery, location="query", arg_name="query")
def batch(batch_id: int, query: EntriesQuery) -> dict[str, Any]:
    database = services().database
    found = edit(database, batch_id, actions=BATCHES, task=named_task(query.task))
    return edit_with_entries(database, found, query)
