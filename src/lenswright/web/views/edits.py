"""Changes to photos that are there: labels, the bin, confirmations; each is an edit that can be undone."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.labelling import relabel
from lenswright.web.actor import actor
from lenswright.web.bodies import present_text_field, text_field
from lenswright.web.named_photos import named_photos
from lenswright.web.openapi import json_body, operation
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.edits import ChangeAnswer, LabelBody, PhotosBody
from lenswright.web.services import services

blueprint = APIBlueprint("edits", __name__, tag="photos")

_PHOTOS = json_body(PhotosBody, {"photos": [1, 2]})


@blueprint.post("/dataset/images/label")
@blueprint.doc(
    **operation(
        "Give photos a label, or take it away",
        ChangeAnswer,
        problems=(400, 404, 409, 422),
        body=json_body(LabelBody, {"photos": [1, 2], "label": "cat", "expected": "dog"}),
        description="A photo gets its split with its first label and keeps it. All are labelled, or none.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def label(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task)
    labels = [present_text_field(asked.body, "label")] * len(asked.ids)
    expected = [text_field(asked.body, "expected")] * len(asked.ids) if "expected" in asked.body else None
    done = relabel(
        here.database, asked.task, asked.ids, labels, by=actor(), expected=expected, clock=here.clock
    )
    return {"edit": done.edit, "changed": done.changed}


@blueprint.post("/dataset/images/delete")
@blueprint.doc(
    **operation(
        "Put photos into the bin",
        ChangeAnswer,
        problems=(400, 404, 422),
        body=_PHOTOS,
        description="No model learns from them, and they can be restored until they are forgotten for good.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def delete(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task)
    return asdict(delete_photos(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))


@blueprint.post("/dataset/images/restore")
@blueprint.doc(
    **operation("Take photos out of the bin", ChangeAnswer, problems=(400, 404, 422), body=_PHOTOS)
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def restore(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task)
    return asdict(restore_photos(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))


@blueprint.post("/dataset/images/confirm")
@blueprint.doc(
    **operation(
        "Say that the labels of photos are right",
        ChangeAnswer,
        problems=(400, 404, 422),
        body=_PHOTOS,
        description="They are not suggested for another label again until their label changes.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def confirm(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task)
    return asdict(confirm_labels(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))
