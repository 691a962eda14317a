"""What a check of the data found, as JSON."""

from typing import Any

from lenswright.dataset.conflicts import LabelConflict
from lenswright.dataset.duplicate_groups import DuplicateGroup
from lenswright.dataset.example import Photo
from lenswright.dataset.suggestions import Suggestion
from lenswright.runs.state import Run
from lenswright.web.dataset_report import photo_entry
from lenswright.web.times import iso

DIGITS = 4  # of a probability
NO_ADVICE: dict[str, Any] = {"curve": [], "classes": [], "pairs": [], "words": []}


def suggestion_entry(photo: Photo, suggestion: Suggestion) -> dict[str, Any]:
    """Return a doubted label."""
    return {
        "photo": photo_entry(photo),
        "given": suggestion.given,
        "suggested": suggestion.suggested,
        "self_confidence": round(suggestion.self_confidence, DIGITS),
        "confidence": round(suggestion.confidence, DIGITS),
        "score": round(suggestion.score, DIGITS),
    }


def group_entry(group: DuplicateGroup) -> dict[str, Any]:
    """Return a group of photos that look alike."""
    return {
        "group": group.group,
        "count": group.count,
        "photos": [photo_entry(photo) for photo in group.photos],
        "straddles": group.straddles,
        "labels": [*group.labels],
    }


def conflict_entry(conflict: LabelConflict) -> dict[str, Any]:
    """Return a photo and the other label it came with."""
    return {
        "photo": photo_entry(conflict.photo),
        "other_label": conflict.other_label,
        "filename": conflict.filename,
        "batch": conflict.batch,
        "at": iso(conflict.at),
    }


def advice_entry(run: Run) -> dict[str, Any]:
    """Return the advice of a completed check; a task of one class has none."""
    return {
        "checked_at": iso(run.ended_at or run.created_at),
        "run_id": run.id,
        **(run.result.get("advice") or NO_ADVICE),
    }
