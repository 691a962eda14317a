"""All that is known of one photo, as JSON."""

from dataclasses import asdict
from typing import Any

from lenswright.dataset.example import Photo
from lenswright.dataset.gallery import look_alikes
from lenswright.dataset.lineage import Sighting, models_that_saw
from lenswright.dataset.photo_history import Event, photo_history
from lenswright.storage.database import Database
from lenswright.web.dataset_report import photo_entry
from lenswright.web.edit_report import entry_json
from lenswright.web.times import iso


def photo_details(database: Database, photo: Photo) -> dict[str, Any]:
    """Return what `/dataset/images/{id}/details` answers."""
    return photo_entry(photo) | {
        "task": photo.task,
        "group_photos": [photo_entry(other) for other in look_alikes(database, photo)],
        "edits": [_event(event) for event in photo_history(database, photo.id)],
        "models": [_sighting(model) for model in models_that_saw(database, photo.id)],
    }


def _event(event: Event) -> dict[str, Any]:
    said = asdict(event)
    return {"id": said.pop("edit_id")} | said | {"at": iso(event.at), "entry": entry_json(event.entry)}


def _sighting(model: Sighting) -> dict[str, Any]:
    return asdict(model) | {"at": iso(model.at)}
