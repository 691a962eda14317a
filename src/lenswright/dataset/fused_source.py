"""The photos of one source of a fusion, copied chunk by chunk, each in a transaction of its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.example import present
from lenswright.dataset.fused_photos import COPIED, FusedPhotos, Incoming
from lenswright.dataset.fusion_plan import SourcePlan, source_name
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

CHUNK_PHOTOS = 2000


class FusedSource:
    """Copies the photos of `source` into `task`, as part of the edit `edit_id`."""

    def __init__(
        self, database: Database, source: SourcePlan, task: str, index: DuplicateIndex, edit_id: int
    ) -> None:
        self._database, self._index = database, index
        self._source, self._task, self._edit_id = source, task, edit_id

    def copy(self, clock: Callable[[], float]) -> Iterator[Counter[str]]:
        """Yield after each chunk how often each outcome, and each code, is among its entries."""
        with self._database.reading() as session:
            groups = _carried_groups(session, self._source.task, self._task)
        last_id: int | None = 0
        while last_id is not None:
            with self._database.writing() as session:
                self._index.refresh(session)
                rows = _next_photos(session, self._source.task, last_id)
                photos = [self._incoming(row, groups) for row in rows if row.label in self._source.fates]
                now = clock()
                fused = FusedPhotos(session, self._task, self._index, edit_id=self._edit_id, now=now)
                entries = fused.enter_all(photos)
            yield Counter(word for entry in entries for word in (entry["outcome"], entry["code"]) if word)
            last_id = rows[-1].id if len(rows) == CHUNK_PHOTOS else None

    def _incoming(self, row: Row[Any], groups: dict[int, set[int]]) -> Incoming:
        fate = self._source.fates[row.label]
        return Incoming(
            row,
            fate.kind.label,
            source_name(self._source.task, row.label),
            fate.split,
            groups.get(row.group_id, set()),
        )


def _next_photos(session: Session, task: str, last_id: int) -> Sequence[Row[Any]]:
    columns = [getattr(PhotoRow, name) for name in ("id", "label", "group_id", *COPIED)]
    query = select(*columns).where(present(task), PhotoRow.label.is_not(None), PhotoRow.id > last_id)
    return session.execute(query.order_by(PhotoRow.id).limit(CHUNK_PHOTOS)).all()


def _carried_groups(session: Session, source: str, task: str) -> dict[int, set[int]]:
    """Return for each group of several photos of `source` the groups of `task` that they are in by now.

    A group may be more than looks tell: people and checks of the data merge groups, too. Its number means
    nothing in another task, so the same pictures tell which groups belong together.
    """
    several = (
        select(PhotoRow.group_id)
        .where(PhotoRow.task == source, PhotoRow.group_id.is_not(None))
        .group_by(PhotoRow.group_id)
        .having(func.count() > 1)
    )
    groups: dict[int, set[int]] = {group: set() for group in session.scalars(several) if group is not None}
    there = aliased(PhotoRow)
    pairs = (
        select(PhotoRow.group_id, func.coalesce(there.group_id, there.id))
        .join(there, there.pixel_sha256 == PhotoRow.pixel_sha256)
        .where(PhotoRow.task == source, there.task == task)
    )
    for group, group_there in session.execute(pairs):
        if group in groups:
            groups[group].add(group_there)
    return groups
