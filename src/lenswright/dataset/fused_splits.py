"""Which split a copied photo goes to, where whole kinds may be kept together."""

from collections.abc import Set

from sqlalchemy.orm import Session

from lenswright.dataset.example import UNUSED
from lenswright.dataset.split import SplitAssigner, next_split


class FusedSplits(SplitAssigner):
    """Assigns splits to photos that are entered in bulk: it knows what it gave before that is written."""

    def __init__(self, session: Session, task: str) -> None:
        super().__init__(session, task)
        self._taken: dict[int, set[str]] = {}

    def place(self, label: str, group_id: int, near: Set[int], *, kept: str | None) -> str:
        """Return the split of a photo with `label` that joins `group_id` and looks like those of `near`.

        `kept` is the split that all photos of its kind share: one that looks like photos of another
        split is used in neither, else a kind that is held out would be seen in training.
        """
        taken = set[str]().union(*(self._splits(group) for group in near))
        if len(taken | ({kept} if kept else set())) > 1:
            split = UNUSED
        else:
            split = kept or next(iter(taken), None) or next_split(self._counts[label])
        self._counts[label][split] += 1
        mine = self._taken.setdefault(group_id, set())  # of a group that is not new it was asked above
        if split != UNUSED:
            mine.add(split)
        return split

    def _splits(self, group_id: int) -> set[str]:
        if group_id not in self._taken:
            self._taken[group_id] = self._splits_of([group_id])
        return self._taken[group_id]
