"""The labels of a task, as its photos have them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.example import present
from lenswright.storage.dataset_tables import PhotoRow


def known_labels(session: Session, task: str) -> list[str]:
    """Return the labels of the photos of `task` that are not in the bin, sorted."""
    query = select(PhotoRow.label).distinct().where(present(task), PhotoRow.label.is_not(None))
    return sorted(str(label) for label in session.scalars(query))
