"""Changes to photos that are there, who made them, and how to undo them."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.bin import delete_photos, restore_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.edit_history import edit, edits_page
from lenswright.dataset.labelling import relabel
from lenswright.dataset.lineage import versions_that_saw
from lenswright.dataset.undo import undo
from lenswright.web.actor import actor
from lenswright.web.bodies import flag_field, json_object, present_text_field, text_field
from lenswright.web.edit_report import edit_json, edit_with_entries, forgotten_json
from lenswright.web.named_photos import named_photos
from lenswright.web.openapi import json_body, operation
from lenswright.web.paging import paged
from lenswright.web.review_report import known_classes
from lenswright.web.schemas.base import OwnTaskQuery, TaskQuery
from lenswright.web.schemas.batches import EditWithEntriesAnswer, EntriesQuery
from lenswright.web.schemas.edits import (
    ChangeAnswer,
    EditsAnswer,
    EditsQuery,
    ForgetBody,
    ForgottenAnswer,
    LabelBody,
    PhotosBody,
    UndoAnswer,
    UndoBody,
)
from lenswright.web.services import services
from lenswright.web.tasks import named_task, task_of

blueprint = APIBlueprint("edits", __name__, tag="photos")

_EDIT_PATH = "/dataset/edits/<int(max=4611686018427387904):edit_id>"  # a larger id fits no database
_PHOTOS = json_body(PhotosBody, {"photos": [1, 2]})


@blueprint.post("/dataset/images/label")
@blueprint.doc(
    **operation(
        "Give photos a label, or take it away",
        ChangeAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 409, 422),
        body=json_body(LabelBody, {"photos": [1, 2], "label": "cat", "expected": "dog"}),
        description="A photo gets its split with its first label and keeps it. All are labelled, or none. A"
        " label that neither a photo nor the model of the task has is refused, unless `allow_new_label` is"
        " true or the task has no labels at all.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def label(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task, LabelBody)
    labels = [present_text_field(asked.body, "label")] * len(asked.ids)
    expected = [text_field(asked.body, "expected")] * len(asked.ids) if "expected" in asked.body else None
    allow_new = flag_field(asked.body, "allow_new_label")
    classes = None if allow_new else known_classes(here, asked.task)
    done = relabel(
        here.database, asked.task, asked.ids, labels,
        by=actor(), expected=expected, classes=classes, clock=here.clock,
    )  # fmt: skip
    return {"edit": done.edit, "changed": done.changed}


@blueprint.post("/dataset/images/delete")
@blueprint.doc(
    **operation(
        "Put photos into the bin",
        ChangeAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 422),
        body=_PHOTOS,
        description="No model learns from them, and they can be restored until they are forgotten for good.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def delete(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task, PhotosBody)
    return asdict(delete_photos(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))


@blueprint.post("/dataset/images/restore")
@blueprint.doc(
    **operation(
        "Take photos out of the bin",
        ChangeAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 422),
        body=_PHOTOS,
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def restore(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task, PhotosBody)
    return asdict(restore_photos(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))


@blueprint.post("/dataset/images/confirm")
@blueprint.doc(
    **operation(
        "Say that the labels of photos are right",
        ChangeAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 422),
        body=_PHOTOS,
        description="They are not suggested for another label again until their label changes.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def confirm(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task, PhotosBody)
    return asdict(confirm_labels(here.database, asked.task, asked.ids, by=actor(), clock=here.clock))


@blueprint.post("/dataset/images/forget")
@blueprint.doc(
    **operation(
        "Forget photos for good",
        ForgottenAnswer,
        least=Role.ADMIN,
        problems=(400, 404, 422),
        body=json_body(ForgetBody, {"photos": [1, 2], "everywhere": True}),
        description="Their bytes, thumbnails and features are removed, unless other photos, of whatever task,"
        " share them: `kept_for` names those, and `everywhere` forgets them, too. Their numbers and labels"
        " stay, so that the models that saw them can say so. It cannot be undone.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def forget(query: TaskQuery) -> dict[str, Any]:
    here, asked = services(), named_photos(query.task, ForgetBody)
    everywhere = flag_field(asked.body, "everywhere")
    done = here.forgetting.forget(asked.task, asked.ids, by=actor(), everywhere=everywhere)
    return forgotten_json(done, versions_that_saw(here.database, done.photos))


@blueprint.get("/dataset/edits")
@blueprint.doc(
    **operation(
        "What was done to the data set, by whom and when, newest first",
        EditsAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
    )
)
@blueprint.input(EditsQuery, location="query", arg_name="query")
def edits(query: EditsQuery) -> dict[str, Any]:
    total, found = edits_page(
        services().database,
        task_of(query.task),
        photo_id=query.photo,
        page=query.wanted,
    )
    return paged(query.wanted, total, "edits", [edit_json(one) for one in found])


@blueprint.get(_EDIT_PATH)
@blueprint.doc(
    **operation(
        "One edit, photo by photo", EditWithEntriesAnswer, least=Role.VIEWER, problems=(400, 404, 422)
    )
)
@blueprint.input(EntriesQuery, location="query", arg_name="query")
def one_edit(edit_id: int, query: EntriesQuery) -> dict[str, Any]:
    database = services().database
    return edit_with_entries(database, edit(database, edit_id, task=named_task(query.task)), query)


@blueprint.post(f"{_EDIT_PATH}/undo")
@blueprint.doc(
    **operation(
        "Undo an edit",
        UndoAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 409, 422),
        body=json_body(UndoBody, {"task": "cats-vs-dogs"}),
        description="Every photo that still stands as the edit left it goes back to how it stood before;"
        " photos that an upload brought go to the bin. What changed since, or came again with a later"
        " upload, is skipped and said. An undo is an edit, and can be undone itself.",
    )
)
@blueprint.input(OwnTaskQuery, location="query", arg_name="query")
def undo_edit(edit_id: int, query: OwnTaskQuery) -> dict[str, Any]:
    here, said = services(), json_object(UndoBody.model_fields)
    task = named_task(query.task, text_field(said, "task"))
    return asdict(undo(here.database, edit_id, by=actor(), task=task, clock=here.clock))
