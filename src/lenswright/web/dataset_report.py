"""The data set as JSON."""

from dataclasses import asdict
from typing import Any

from lenswright.dataset.difference import since_model
from lenswright.dataset.example import Photo
from lenswright.dataset.quality import quality_problems
from lenswright.dataset.review_queue import to_review
from lenswright.dataset.statistics import dataset_statistics, tasks
from lenswright.web.services import Services
from lenswright.web.times import iso, iso_or_none

PHOTO_FIELDS = ("id", "path", "filename", "label", "split", "width", "height", "size_bytes", "source")


def counts(here: Services, task: str) -> dict[str, int]:
    """Return the three numbers that `/status` and `/upload-data` show."""
    found = dataset_statistics(here.database, task)
    return {"total": found.total, "labelled": found.labelled, "classes": len(found.classes)}


def known_tasks(here: Services) -> list[str]:
    """Return every task that has photos or a model, and the default one."""
    return sorted({*tasks(here.database), *here.promotion.champions(), here.settings.default_task})


def dataset_report(here: Services, task: str) -> dict[str, Any]:
    """Return what `/dataset` answers."""
    found = dataset_statistics(here.database, task)
    since = since_model(here.database, task, here.promotion.champion(task))
    return {
        "task": found.task,
        "tasks": known_tasks(here),
        "total": found.total,
        "labelled": found.labelled,
        "unlabelled": found.unlabelled,
        "classes": [asdict(entry) | {"total": entry.total} for entry in found.classes],
        "splits": found.splits,
        "sources": found.sources,
        "size_bytes": found.size_bytes,
        "problems": [asdict(problem) for problem in found.problems],
        "to_review": to_review(here.database, task),
        "since_champion": since and asdict(since),
    }


def photo_entry(photo: Photo) -> dict[str, Any]:
    """Return what is told of a photo wherever photos are listed."""
    url = f"/dataset/images/{photo.id}"
    shown = {name: getattr(photo, name) for name in PHOTO_FIELDS}
    return shown | {
        "uploaded_at": iso(photo.uploaded_at),
        "batch": photo.edit_id,
        "group": photo.group_id,
        "problems": [*quality_problems(photo)],
        "confirmed": photo.confirmed_at is not None,
        "deleted_at": iso_or_none(photo.deleted_at),
        "url": url,
        "thumbnail_url": f"{url}/thumbnail",
    }
