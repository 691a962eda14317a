"""`POST /upload-data`: photos in, each with what became of it."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from lenswright.access.roles import Role
from lenswright.errors import MalformedRequest
from lenswright.web.openapi import binary, multipart, operation
from lenswright.web.problems import problem
from lenswright.web.schemas.dataset import UploadAnswer
from lenswright.web.services import services
from lenswright.web.tasks import task_of
from lenswright.web.uploads import Batch, UploadWish, take_in

blueprint = APIBlueprint("upload", __name__, tag="photos")

_FILES = {
    "required": True,
    "content": {
        "multipart/form-data": multipart(
            {
                "files[]": {"type": "array", "items": binary("photos, or zips with a folder per class")},
                "label": {"type": "string", "description": "the class of all files; alias: class_name"},
                "task": {"type": "string"},
                "split": {"type": "string", "enum": ["train", "validation", "test"]},
                "source": {"type": "string", "maxLength": 100, "default": "upload"},
            },
            ("files[]",),
        )
    },
}


@blueprint.post("/upload-data")
@blueprint.doc(
    **operation(
        "Take photos in",
        UploadAnswer,
        least=Role.LABELLER,
        status=(201, 200),
        problems=(400, 413, 422),
        body=_FILES,
        description="Each file is verified, compared with what is there, and stored once. 201: something"
        " was stored or labelled; 200: everything was there already; 422: every file was refused.",
    )
)
def upload_data() -> Response | tuple[dict[str, Any], int]:
    files = [file for _, file in request.files.items(multi=True) if file.filename or file.stream.read(1)]
    if not files:
        raise MalformedRequest("Expected at least one file in the field 'files[]'. Received: none.")
    form = request.form
    batch = take_in(
        services(),
        task_of(form.get("task") or request.args.get("task")),
        files,
        UploadWish(form.get("label") or form.get("class_name"), form.get("split"), form.get("source")),
    )
    return _shape(batch)


def _shape(batch: Batch) -> Response | tuple[dict[str, Any], int]:
    answer = batch.to_json()
    if batch.changed:
        return answer, 201
    if batch.duplicates:
        return answer, 200
    return problem(422, batch.refusal_code, batch.refusal, **answer)
