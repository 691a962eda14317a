"""The tasks that there are, as their photos say."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.example import present
from lenswright.dataset.label_map import listed
from lenswright.errors import NotFound
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow


def known_tasks(session: Session) -> str:
    """Return the tasks that have photos that are not in the bin, as a refusal names them; "" for none."""
    tasks = sorted(session.scalars(select(PhotoRow.task).distinct().where(PhotoRow.deleted_at.is_(None))))
    return listed(tasks) if tasks else ""


def check_has_photos(database: Database, task: str) -> None:
    """Raise NotFound, naming the tasks that have photos, if `task` has none, or all are in the bin."""
    with database.reading() as session:
        if session.scalar(select(PhotoRow.id).where(present(task)).limit(1)) is None:
            raise NotFound("task with photos", task, known=known_tasks(session))
