"""`GET /dataset/export`: all photos of a task as one zip, made while it is sent."""

from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response

from lenswright.access.roles import Role
from lenswright.dataset.export import export_zip
from lenswright.dataset.known_tasks import check_has_photos
from lenswright.web.openapi import binary, operation
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("dataset_export", __name__, tag="photos")


@blueprint.get("/dataset/export")
@blueprint.doc(
    **operation(
        "All photos as a zip",
        {"application/zip": {"schema": binary()}},
        least=Role.VIEWER,
        problems=(400, 404, 422),
        description="`dataset/train/cat/tom.jpg` and so on, with `labels.csv` (file, label, split, source,"
        " id). Uploaded into a new task it restores labels and splits. Photos whose file is gone are named"
        " in `missing.txt`.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def export(query: TaskQuery) -> Response:
    here, task = services(), task_of(query.task)
    check_has_photos(here.database, task)
    photos = export_zip(here.database, here.uploads, task, now=here.clock())
    response = Response(photos, content_type="application/zip")
    named = (
        f"attachment; filename=photos.zip; filename*=UTF-8''{quote(task)}.zip"  # the first for old clients
    )
    response.headers["Content-Disposition"] = named
    return response
