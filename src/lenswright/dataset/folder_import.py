"""A folder or a zip on this machine into a task: one edit, which a killed import goes on with.

What is done is what has an entry, and an entry is written in the transaction that takes its photo in: no
file is done twice, none is left out, at whatever moment the process dies.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.archive import SIGNATURES
from lenswright.dataset.batch_log import UNLABELLED
from lenswright.dataset.edit_history import Edit, EditEntry, edit, entries_page
from lenswright.dataset.edits import LABEL_CONFLICT, Action, begin_edit, end_edit
from lenswright.dataset.folder_layout import plan
from lenswright.dataset.importers import Said
from lenswright.dataset.intake import Intake
from lenswright.dataset.layout import Placement
from lenswright.dataset.paging import Page
from lenswright.dataset.photo_source import PhotoSource
from lenswright.dataset.upload import IntakeResult, Upload, clean_filename, printing
from lenswright.errors import ArchiveRefused, ImageError, InputRefused
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow

ACTION: Action = "import"
CUT_SHORT = "cut_short"  # the intake says so of an edit that ended before its last file
SOURCE = "import"
SHOWN = 10


@dataclass(frozen=True)
class ImportWish:
    """What is imported, and as what: `label`, `split` and `source` hold for all files.

    None: as the layout says; a source that it does not say is `import`.
    """

    task: str
    path: Path
    layout: str = "auto"
    source: str | None = None
    label: str | None = None
    split: str | None = None
    by: str = "lenswright"


@dataclass(frozen=True)
class ImportReport:
    """What the whole edit came to: files by outcome, `conflicts` among the duplicates, first refusals.

    `unlabelled`: photos without a label although there is a list, by why.
    """

    edit: int
    counts: dict[str, int]
    conflicts: int
    refused: tuple[EditEntry, ...]
    unlabelled: Mapping[str, int]


class FolderImport:
    """One import, ready to go; `done_before` of its `total` files are in from an earlier attempt."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        wish: ImportWish,
        source: PhotoSource,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises InputRefused if there is no file, or not the layout that is asked for."""
        if not source.names:
            raise InputRefused(f"Expected photos in {wish.path}. Received: no file.")
        self._database, self._intake, self._clock = database, intake, clock
        self._wish, self._source = wish, source
        self._edit_id: int | None = None
        self._done: Counter[str] = Counter()
        wanted = wish.layout
        with database.reading() as session:
            unfinished = _unfinished(session, wish)
            if unfinished is not None:
                self._edit_id = unfinished.id
                wanted = json.loads(unfinished.detail)["layout"]
                entered = select(EditEntryRow.filename).where(EditEntryRow.edit_id == unfinished.id)
                self._done = Counter(str(name) for name in session.scalars(entered))
        self.plan = plan(source, wanted)
        self.done_before = self._done.total()

    @property
    def total(self) -> int:
        """How many files there are, or should be."""
        return len(self._source.names) + len(self.plan.missing)

    def open(self) -> Edit:
        """Return the edit, begun now unless it is there already; nothing is taken in."""
        wish = self._wish
        if self._edit_id is None:
            with self._database.writing() as session:
                self._edit_id = begin_edit(
                    session,
                    wish.task,
                    ACTION,
                    by=wish.by,
                    now=self._clock(),
                    source=wish.source or SOURCE,
                    detail=self._detail(),
                ).id
        return edit(self._database, self._edit_id)

    def withdraw(self) -> None:
        """Remove the edit as if it had never been opened, unless something was taken in."""
        if self._edit_id is None or self.done_before:
            return
        with self._database.writing() as session:
            session.delete(session.get_one(EditRow, self._edit_id))
        self._edit_id = None

    def run(self) -> Iterator[IntakeResult]:
        """Yield what became of each file that is not in yet, once that is on disk.

        Raises StorageFailure, ArchiveRefused; what was yielded before stays, and the next import of the
        same goes on from there.
        """
        wish = self._wish
        if self._edit_id is not None:
            self._reopen(self._edit_id)
        results = self._intake.take(
            wish.task,
            self._uploads(),
            source=wish.source or SOURCE,
            by=wish.by,
            action=ACTION,
            edit_id=self._edit_id,
            detail=self._detail(),
        )
        for result in results:
            self._edit_id = result.batch
            yield result
        if self._edit_id is not None:  # also where nothing was left to do but this
            with self._database.writing() as session:
                end_edit(session, self._edit_id, self._clock())

    def report(self) -> ImportReport | None:
        """Return what the import came to so far; None while nothing is in."""
        if self._edit_id is None:
            return None
        _, refused = entries_page(self._database, self._edit_id, outcome="refused", page=Page(size=SHOWN))
        conflicts = select(func.count()).where(
            EditEntryRow.edit_id == self._edit_id, EditEntryRow.code == LABEL_CONFLICT
        )
        with self._database.reading() as session:
            several = session.scalars(conflicts).one()
        done = edit(self._database, self._edit_id)
        without = done.detail.get(UNLABELLED) or {}
        return ImportReport(self._edit_id, dict(done.counts), several, tuple(refused), without)

    def _detail(self) -> dict[str, str | None]:
        return _detail(self._wish) | {"layout": self.plan.layout}

    def _uploads(self) -> Iterator[Upload]:
        """Yield the files that have no entry, each read only now; then those that a list names in vain."""
        left = self._done.copy()  # counted: two long names may be one when they are cut
        for name, placement in zip(self._source.names, self.plan.placements, strict=True):
            if not _taken_from(left, name):
                yield self._upload(name, placement)
        yield from (upload for upload in self.plan.missing if not _taken_from(left, upload.filename))

    def _upload(self, name: str, placement: Placement) -> Upload:
        said = Said(self._wish.label, self._wish.split, self._wish.source)
        try:
            data = self._source.read(name)
        except ImageError as exc:
            return said.upload(name, b"", placement, exc)
        if data.startswith(SIGNATURES):
            nested = ArchiveRefused("Expected a photo. Received: a zip; import it by itself.")
            return said.upload(name, b"", placement, nested)
        return said.upload(name, data, placement)

    def _reopen(self, edit_id: int) -> None:
        with self._database.writing() as session:
            row = session.get_one(EditRow, edit_id)
            detail = {name: value for name, value in json.loads(row.detail).items() if name != CUT_SHORT}
            row.detail, row.ended_at = json.dumps(detail), None


def _taken_from(left: Counter[str], name: str) -> bool:
    if not left:
        return False
    kept_name = clean_filename(name)
    if not left[kept_name]:
        return False
    left[kept_name] -= 1
    return True


def _detail(wish: ImportWish) -> dict[str, str | None]:
    return {"path": printing(str(wish.path)), "label": wish.label, "split": wish.split}


def _unfinished(session: Session, wish: ImportWish) -> EditRow | None:
    """Return the newest import of the same, if it did not come to its end."""
    query = select(EditRow).where(
        EditRow.task == wish.task,
        EditRow.action == ACTION,
        EditRow.source == (wish.source or SOURCE),
        EditRow.undone_by.is_(None),
    )
    for row in session.scalars(query.order_by(EditRow.id.desc())):
        detail = json.loads(row.detail)
        same = all(detail.get(name) == value for name, value in _detail(wish).items())
        if same and wish.layout in ("auto", detail.get("layout")):
            return row if row.ended_at is None or CUT_SHORT in detail else None
    return None
