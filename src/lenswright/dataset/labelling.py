"""Labels for photos that are there already: all of a request, or none."""

import time
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edits import Change, Noted, record, state_of
from lenswright.dataset.example import Photo, as_photo
from lenswright.dataset.known_labels import known_labels
from lenswright.dataset.labels import Spellings
from lenswright.dataset.looks import Look
from lenswright.dataset.refusals import LabelChanged
from lenswright.dataset.reviews import expected_label
from lenswright.dataset.selection import present_rows
from lenswright.dataset.split import SplitAssigner
from lenswright.errors import InputRefused
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

WAS_CONFIRMED = "was_confirmed"  # the code of an entry whose photo had been confirmed before


@dataclass(frozen=True)
class Relabelled:
    """The edit that was written, None if every label was right already, and the photos as they are now."""

    edit: int | None
    changed: int
    photos: list[Photo]


def relabel(
    database: Database,
    task: str,
    files: Sequence[int | str],
    labels: Sequence[str | None],
    *,
    by: str,
    expected: Sequence[str | None] | None = None,
    classes: Collection[str] | None = None,
    clock: Callable[[], float] = time.time,
) -> Relabelled:
    """Give `files` of `task`, by id or path, their `labels`; None takes a label away.

    A photo gets its split with its first label and keeps it. `expected`: the labels that they should
    have now. `classes`, those of its model: no label but these and those of its photos is taken, unless
    there are none at all; None: any is.

    Raises InputRefused if there are not as many labels as files, UnknownLabel, NotFound for a file,
    InTheBin, LabelChanged if one has another label than expected; nothing is changed then.
    """
    _check_lengths(files, labels, expected)
    with database.writing() as session:
        rows = present_rows(session, task, files)
        if len({row.id for row in rows}) < len(rows):
            raise InputRefused("Expected each file once. Received: one photo under several names.")
        _check_expected(rows, expected)
        if classes is not None:
            _check_known(session, task, labels, classes)
        done = relabel_rows(session, task, rows, labels, by=by, now=clock())
        session.flush()
        return Relabelled(done.edit, done.changed, [as_photo(row) for row in rows])


def relabel_rows(
    session: Session,
    task: str,
    rows: Sequence[PhotoRow],
    labels: Sequence[str | None],
    *,
    by: str,
    now: float,
) -> Change:
    """Give photos that are present their labels, as one edit within this transaction. Raises UnknownLabel."""
    labeller = Labeller(session, task, now)
    wanted = [None if label is None else labeller.spelled(label) for label in labels]
    changes = [_change(labeller, row, label) for row, label in zip(rows, wanted, strict=True)]
    return record(session, task, "relabel", [change for change in changes if change], by=by, now=now)


class Labeller:
    """Labels photos of one task within one writing transaction."""

    def __init__(self, session: Session, task: str, now: float, index: DuplicateIndex | None = None) -> None:
        known = select(PhotoRow.label).distinct().where(PhotoRow.task == task, PhotoRow.label.is_not(None))
        self._spellings = Spellings(str(label) for label in session.scalars(known))
        self._session, self._task, self._now = session, task, now
        self._assigner: SplitAssigner | None = None
        self._index = index
        if index is not None:
            index.refresh(session)

    def spelled(self, label: str) -> str:
        """Return `label` as the task spells it. Raises UnknownLabel."""
        return self._spellings.spelled(label)

    def label(
        self,
        row: PhotoRow,
        label: str | None,
        wanted_split: str | None = None,
        near: Set[int] | None = None,
    ) -> None:
        """Give `row` a label, or take it away; with a first label comes a split.

        `near`: the groups that it looks like, None if nobody has looked yet.
        """
        if label is not None and row.split is None:
            groups = self._near(row) if near is None else near
            self._assigner = self._assigner or SplitAssigner(self._session, self._task)
            row.split = self._assigner.assign(label, groups, wanted_split)
        if row.label != label:
            row.label, row.labelled_at = label, self._now
            row.confirmed_at = None  # what was confirmed is another label

    def _near(self, row: PhotoRow) -> Set[int]:
        if self._index is None:  # most photos have a split, and to read how all look takes a while
            self._index = DuplicateIndex(self._task)
            self._index.refresh(self._session)
        own = {row.group_id} if row.group_id is not None else set()
        return self._index.neighbours(Look(row.dhash, row.colours)).groups | own


def _change(labeller: Labeller, row: PhotoRow, label: str | None) -> Noted | None:
    before, was_confirmed = state_of(row), row.confirmed_at is not None
    labeller.label(row, label)
    if state_of(row) == before:
        return None
    return Noted(row, "relabelled", before, WAS_CONFIRMED if was_confirmed else None)


def _check_lengths(
    files: Sequence[int | str], labels: Sequence[str | None], expected: Sequence[str | None] | None
) -> None:
    if len(files) != len(labels):
        raise InputRefused(
            f"Expected as many labels as files. Received: {len(files)} files and {len(labels)} labels."
        )
    if expected is not None and len(files) != len(expected):
        raise InputRefused(
            f"Expected as many expected labels as files."
            f" Received: {len(files)} files and {len(expected)} expected labels."
        )


def _check_known(session: Session, task: str, labels: Sequence[str | None], classes: Collection[str]) -> None:
    if classes or known_labels(session, task):
        for label in {label for label in labels if label is not None}:
            expected_label(session, task, label, classes, allow_new=False)


def _check_expected(rows: Sequence[PhotoRow], expected: Sequence[str | None] | None) -> None:
    for row, label in zip(rows, expected if expected is not None else [], strict=expected is not None):
        if row.label != label:
            raise LabelChanged(row.id, expected=label, present=row.label)
