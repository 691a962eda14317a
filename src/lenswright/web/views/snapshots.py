"""Data sets as runs froze them, to look into and to train on again."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.snapshots import Snapshot, frozen_photos_page, snapshots_page
from lenswright.dataset.snapshots import snapshot as snapshot_of
from lenswright.web.openapi import operation
from lenswright.web.paging import paged
from lenswright.web.schemas.paging import OwnPageQuery, TaskPageQuery
from lenswright.web.schemas.snapshots import SnapshotPhotosAnswer, SnapshotsAnswer
from lenswright.web.services import services
from lenswright.web.tasks import named_task, task_of
from lenswright.web.times import iso

blueprint = APIBlueprint("snapshots", __name__, tag="photos")

_SNAPSHOT_PATH = "/dataset/snapshots/<int(max=4611686018427387904):snapshot_id>"  # what a database can hold


@blueprint.get("/dataset/snapshots")
@blueprint.doc(
    **operation(
        "The data sets that runs learnt from, newest first",
        SnapshotsAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Runs on the same photos, labels and splits share one. Train on one again with"
        ' {"snapshot": its id}.',
    )
)
@blueprint.input(TaskPageQuery, location="query", arg_name="query")
def snapshots(query: TaskPageQuery) -> dict[str, Any]:
    total, found = snapshots_page(services().database, task_of(query.task), page=query.wanted)
    return paged(query.wanted, total, "snapshots", [_entry(one) for one in found])


@blueprint.get(_SNAPSHOT_PATH)
@blueprint.doc(
    **operation(
        "One data set, photo by photo", SnapshotPhotosAnswer, least=Role.VIEWER, problems=(400, 404, 422)
    )
)
@blueprint.input(OwnPageQuery, location="query", arg_name="query")
def snapshot(snapshot_id: int, query: OwnPageQuery) -> dict[str, Any]:
    database = services().database
    entry = _entry(snapshot_of(database, snapshot_id, task=named_task(query.task)))
    photos = frozen_photos_page(database, snapshot_id, query.wanted)
    return entry | paged(query.wanted, entry["photos"], "photos", [asdict(photo) for photo in photos])


def _entry(snapshot: Snapshot) -> dict[str, Any]:
    return asdict(snapshot) | {"created_at": iso(snapshot.created_at)}
