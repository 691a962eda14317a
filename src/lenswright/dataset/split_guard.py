"""Whether a photo that gets a split back would leak: photos that look like it may have come since."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.example import SPLITS
from lenswright.dataset.looks import Look
from lenswright.dataset.reversal import Standing
from lenswright.storage.dataset_tables import PhotoRow


class SplitGuard:
    """How all photos of one task look, and where they stand: as it read once, and as it is told."""

    def __init__(self, session: Session, task: str) -> None:
        self._index = DuplicateIndex(task)  # each photo a group of its own: it tells which photos are near
        self._looks: dict[int, Look] = {}
        self._splits: dict[int, str | None] = {}
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        query = select(PhotoRow.id, PhotoRow.dhash, PhotoRow.colours, PhotoRow.group_id, PhotoRow.split)
        mine = (PhotoRow.task == task) & PhotoRow.forgotten_at.is_(None)
        for photo_id, dhash, colours, group_id, split in session.execute(query.where(mine)):
            self._looks[photo_id] = Look(dhash, colours)
            self._index.add(photo_id, self._looks[photo_id], photo_id)
            self._splits[photo_id] = split
            self._members[group_id or photo_id].add(photo_id)

    def moved(self, photo: Standing, group_before: int | None) -> None:
        """Take note of where a photo stands now."""
        self._splits[photo.id] = photo.split
        self._members[group_before or photo.id].discard(photo.id)
        self._members[photo.group_id or photo.id].add(photo.id)

    def other_split(self, photo: Standing) -> str | None:
        """Return a split of photos that look like it, or are of its group, and that is not its own."""
        if photo.split not in SPLITS:
            return None
        near = self._index.neighbours(self._looks[photo.id]).groups
        likes = (near | self._members[photo.group_id or photo.id]) - {photo.id}
        others = {self._splits[photo_id] for photo_id in likes} & {*SPLITS} - {photo.split}
        return min((str(split) for split in others), default=None)
