"""Which split a newly labelled photo goes to: stable, stratified, and without leaks.

A split never changes. Photos that look alike share one; a photo that looks like photos of two
splits is used in neither.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.example import SPLITS, UNUSED, present
from lenswright.storage.dataset_tables import PhotoRow

SHARES = {"train": 0.8, "test": 0.1, "validation": 0.1}
FIRST = ("train", "test", "validation", "train")  # so that few photos can already train and measure


def next_split(counts: Counter[str]) -> str:
    """Return the split for one more group of a class that has `counts` photos per split."""
    wanted: Counter[str] = Counter()
    for split in FIRST:
        wanted[split] += 1
        if counts[split] < wanted[split]:
            return split
    total = sum(counts[split] for split in SHARES) + 1
    return max(SHARES, key=lambda split: SHARES[split] * total - counts[split])


class SplitAssigner:
    """Assigns splits within one writing transaction; it counts along, so that it reads once."""

    def __init__(self, session: Session, task: str) -> None:
        self._session, self._task = session, task
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        query = (
            select(PhotoRow.label, PhotoRow.split, func.count())
            .where(present(task), PhotoRow.label.is_not(None), PhotoRow.split.is_not(None))
            .group_by(PhotoRow.label, PhotoRow.split)
        )
        for label, split, count in session.execute(query):
            self._counts[str(label)][str(split)] = count

    def assign(self, label: str, groups: Iterable[int], wanted: str | None = None) -> str:
        """Return the split of a photo with `label` that looks like the photos of `groups`.

        `wanted` is obeyed unless those photos have another split already.
        """
        taken = self._splits_of(groups)
        if len(taken) > 1:
            split = UNUSED
        else:
            split = next(iter(taken), None) or wanted or next_split(self._counts[label])
        self._counts[label][split] += 1
        return split

    def _splits_of(self, groups: Iterable[int]) -> set[str]:
        wanted = list(groups)
        if not wanted:
            return set()
        query = select(PhotoRow.split).distinct()
        query = query.where(PhotoRow.task == self._task, PhotoRow.group_id.in_(wanted))
        return {str(split) for split in self._session.scalars(query.where(PhotoRow.split.in_(SPLITS)))}
