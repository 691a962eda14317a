"""A task made of the photos of others: what each label becomes, what is held out, what is new.

Copying goes chunk by chunk, each one transaction, so that others get their turn and memory is bounded.
A fusion that was cut short is finished by ordering it again: what is there is not copied twice.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.earlier_fusion import as_before
from lenswright.dataset.edits import LABEL_CONFLICT, begin_edit, end_edit
from lenswright.dataset.fused_source import FusedSource
from lenswright.dataset.fusion_plan import FusionPlan, plan_fusion
from lenswright.dataset.fusion_wish import FusionWish
from lenswright.dataset.labels import LONGEST_SOURCE
from lenswright.dataset.statistics import dataset_statistics
from lenswright.storage.database import Database


@dataclass(frozen=True)
class Fused:
    """What became of the photos of a fusion, and what its task holds now.

    `classes` and `splits` count all photos of the task. `held_out` names the labels of the sources that
    are tested with only, by class.
    """

    edit: int
    task: str
    stored: int
    restored: int
    labelled: int
    duplicates: int
    conflicts: int
    classes: dict[str, int]
    splits: dict[str, int]
    held_out: dict[str, list[str]]


class Fusion:
    """Copies photos from task to task; safe to use from several threads and several instances."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def fuse(self, wish: FusionWish, *, by: str) -> Fused:
        """Copy the photos of all sources, as one edit of `by`.

        Raises NotFound for a source that is no task, UnknownLabel for a label that it does not have,
        InputRefused for a wish that cannot be fulfilled, also for another `hold_out` or `seed` than the
        task was fused with before, StorageFailure: what was copied before it stays.
        """
        with self._database.reading() as session:
            wish = as_before(session, wish)
            plan = plan_fusion(session, wish)
        counts, index = Counter[str](), DuplicateIndex(wish.task)
        with self._edit(wish, by) as edit_id:
            for source in plan.sources:
                copying = FusedSource(self._database, source, wish.task, index, edit_id)
                for photos in copying.copy(self._clock):
                    counts.update(photos)
        return self._report(wish.task, plan, edit_id, counts)

    @contextmanager
    def _edit(self, wish: FusionWish, by: str) -> Iterator[int]:
        named = ", ".join(source.task for source in wish.sources)[:LONGEST_SOURCE]
        with self._database.writing() as session:
            edit_id = begin_edit(
                session, wish.task, "fuse", by=by, now=self._clock(), source=named, detail=wish.to_json()
            ).id
        try:
            yield edit_id
        finally:
            with self._database.writing() as session:
                end_edit(session, edit_id, self._clock())

    def _report(self, task: str, plan: FusionPlan, edit_id: int, counts: Counter[str]) -> Fused:
        found = dataset_statistics(self._database, task)
        return Fused(
            edit=edit_id,
            task=task,
            stored=counts["stored"],
            restored=counts["restored"],
            labelled=counts["labelled"],
            duplicates=counts["duplicate"],
            conflicts=counts[LABEL_CONFLICT],
            classes={entry.label: entry.total for entry in found.classes},
            splits=found.splits,
            held_out=plan.held_out,
        )
