"""The data set: counts, problems, the photos themselves."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from lenswright.access.roles import Role
from lenswright.dataset.distribution import distribution
from lenswright.dataset.gallery import Wanted, photos_page
from lenswright.dataset.statistics import photo as photo_of
from lenswright.web.dataset_report import dataset_report, photo_entry
from lenswright.web.openapi import binary, operation
from lenswright.web.paging import paged
from lenswright.web.photo_report import photo_details
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.dataset import DatasetAnswer, DistributionAnswer, ImagesAnswer, ImagesQuery
from lenswright.web.schemas.edits import PhotoDetails
from lenswright.web.services import services
from lenswright.web.tasks import task_of
from lenswright.web.unchanging import unchanging

blueprint = APIBlueprint("dataset", __name__, tag="photos")

_PHOTO_PATH = "/dataset/images/<int(max=4611686018427387904):photo_id>"  # a larger id fits no database
_ANY_PHOTO = {"image/*": {"schema": binary()}}
_THUMBNAIL = {"image/jpeg": {"schema": binary()}}


@blueprint.get("/dataset")
@blueprint.doc(
    **operation(
        "Counts per class and split, and problems", DatasetAnswer, least=Role.VIEWER, problems=(400, 422)
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def dataset(query: TaskQuery) -> dict[str, Any]:
    return dataset_report(services(), task_of(query.task))


@blueprint.get("/dataset/images")
@blueprint.doc(**operation("The photos, page by page", ImagesAnswer, least=Role.VIEWER, problems=(400, 422)))
@blueprint.input(ImagesQuery, location="query", arg_name="query")
def images(query: ImagesQuery) -> dict[str, Any]:
    wanted = Wanted(
        label=query.label,
        split=query.split,
        source=query.source,
        batch=query.batch,
        problem=query.problem,
        unlabelled=query.unlabelled,
        in_bin=query.bin,
        name=query.q,
    )
    total, photos = photos_page(
        services().database,
        task_of(query.task),
        wanted,
        order=query.order,
        page=query.wanted,
    )
    return paged(query.wanted, total, "photos", [photo_entry(photo) for photo in photos])


@blueprint.get("/dataset/distribution")
@blueprint.doc(
    **operation(
        "How bright, sharp and large the photos are, and how many",
        DistributionAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def dataset_distribution(query: TaskQuery) -> dict[str, Any]:
    found = distribution(services().database, task_of(query.task))
    per_class = [{"label": label, "count": count} for label, count in found.per_class]
    return asdict(found) | {"per_class": per_class}


@blueprint.get(_PHOTO_PATH)
@blueprint.doc(**operation("One photo, as it was uploaded", _ANY_PHOTO, least=Role.VIEWER, problems=(404,)))
def image(photo_id: int) -> Response:
    here = services()
    photo = photo_of(here.database, photo_id)
    content_type = f"image/{photo.format.lower()}"
    return unchanging(photo.sha256, content_type, lambda: here.uploads.read(photo.key))


@blueprint.get(f"{_PHOTO_PATH}/details")
@blueprint.doc(
    **operation(
        "All that is known of one photo: what looks like it, what was done to it, which models saw it",
        PhotoDetails,
        least=Role.VIEWER,
        problems=(404,),
    )
)
def image_details(photo_id: int) -> dict[str, Any]:
    database = services().database
    return photo_details(database, photo_of(database, photo_id))


@blueprint.get(f"{_PHOTO_PATH}/thumbnail")
@blueprint.doc(**operation("One photo, small", _THUMBNAIL, least=Role.VIEWER, problems=(404,)))
def image_thumbnail(photo_id: int) -> Response:
    here = services()
    photo = photo_of(here.database, photo_id)
    made_of = photo.sha256
    return unchanging(
        f"{made_of}-small",
        "image/jpeg",
        lambda: here.thumbnails.of(made_of, lambda: here.uploads.read(photo.key)),
    )
