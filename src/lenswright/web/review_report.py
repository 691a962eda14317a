"""Feedback and the review queue as JSON."""

from typing import Any

from lenswright.dataset.feedback import Receipt
from lenswright.dataset.review_queue import ReviewItem
from lenswright.web.dataset_report import photo_entry
from lenswright.web.services import Services
from lenswright.web.times import iso

HOW_TO_SEND = "The photo of that prediction was not kept. To have it learnt, send it: -F image=@photo.jpg"


def known_classes(here: Services, task: str) -> tuple[str, ...]:
    """Return the classes of the model that answers for `task`; none without a model."""
    classifier = here.live.current(task)
    return classifier.manifest.classes if classifier is not None else ()


def receipt(noted: Receipt) -> dict[str, Any]:
    """Return what `/feedback` answers."""
    kept = noted.photo_id is not None
    return {
        "review": noted.review_id,
        "photo_id": noted.photo_id,
        "kept": kept,
        "right": noted.right,
        "waits": noted.waits,
        "hint": None if kept else HOW_TO_SEND,
    }


def review_entry(item: ReviewItem) -> dict[str, Any]:
    """Return what `/review` lists of an item."""
    shown = {name: getattr(item, name) for name in ("predicted_class", "confidence", "given", "suggested")}
    named = {"id": item.id, "kind": item.kind, "photo": photo_entry(item.photo)}
    return named | shown | {"score": round(item.score, 6), "created_at": iso(item.created_at)}
