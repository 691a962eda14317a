"""Labels for photos that are there already: all of a request, or none."""

import time
from collections.abc import Callable, Sequence
from string import hexdigits

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.example import Photo, as_photo
from lenswright.dataset.labels import Spellings
from lenswright.dataset.looks import Look
from lenswright.dataset.split import SplitAssigner
from lenswright.errors import InputRefused, NotFound
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

LARGEST_ID = 2**31 - 1


def relabel(
    database: Database,
    task: str,
    files: Sequence[int | str],
    labels: Sequence[str],
    *,
    clock: Callable[[], float] = time.time,
) -> list[Photo]:
    """Give `files` of `task`, by id or path, their `labels`; return them in that order.

    A photo gets its split with its first label and keeps it. Raises InputRefused if there are not
    as many labels as files, UnknownLabel, NotFound for a file; nothing is changed then.
    """
    if len(files) != len(labels):
        raise InputRefused(
            f"Expected as many labels as files. Received: {len(files)} files and {len(labels)} labels."
        )
    with database.writing() as session:
        labeller = Labeller(session, task, clock())
        rows = [_find(session, task, file) for file in files]
        if len({row.id for row in rows}) < len(rows):
            raise InputRefused("Expected each file once. Received: one photo under several names.")
        for row, label in zip(rows, labels, strict=True):
            labeller.label(row, labeller.spelled(label))
        session.flush()
        return [as_photo(row) for row in rows]


class Labeller:
    """Labels photos of one task within one writing transaction."""

    def __init__(self, session: Session, task: str, now: float, index: DuplicateIndex | None = None) -> None:
        known = select(PhotoRow.label).distinct().where(PhotoRow.task == task, PhotoRow.label.is_not(None))
        self._spellings = Spellings(str(label) for label in session.scalars(known))
        self._assigner = SplitAssigner(session, task)
        self._index = index or DuplicateIndex(task)
        self._index.refresh(session)
        self._now = now

    def spelled(self, label: str) -> str:
        """Return `label` as the task spells it. Raises UnknownLabel."""
        return self._spellings.spelled(label)

    def label(self, row: PhotoRow, label: str, wanted_split: str | None = None) -> None:
        """Give `row` a label and, if it has none yet, a split."""
        if row.split is None:
            own = {row.group_id} if row.group_id is not None else set()
            groups = self._index.neighbours(Look(row.dhash, row.colours)).groups | own
            row.split = self._assigner.assign(label, groups, wanted_split)
        if row.label != label:
            row.label, row.labelled_at = label, self._now


def _find(session: Session, task: str, file: int | str) -> PhotoRow:
    """Return the row that an id, its digits, or a path such as `uploads/ab/abc.jpg` names."""
    name = str(file).strip()
    query = select(PhotoRow).where(PhotoRow.task == task)
    if name.isascii() and name.isdecimal():
        photo_id = int(name) if len(name) <= len(str(LARGEST_ID)) else 0
        query = query.where(PhotoRow.id == (photo_id if photo_id <= LARGEST_ID else 0))
    else:
        query = query.where(PhotoRow.sha256 == _digest(name))
    row = session.scalars(query).first()
    if row is None or isinstance(file, bool):
        raise NotFound("file", file)
    return row


def _digest(path: str) -> str:
    """Return the sha256 in `uploads/ab/abcdef.jpg`, with or without the folders and the extension."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].split(".", 1)[0].lower()
    return name if set(name) <= set(hexdigits) else ""  # NUL and the like are no text to a database
