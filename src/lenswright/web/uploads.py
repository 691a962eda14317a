"""Uploaded files on their way into the data set, and what became of each."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, cast

from werkzeug.datastructures import FileStorage

from lenswright.dataset.example import SPLITS
from lenswright.dataset.importers import SentFile, read_all
from lenswright.dataset.labels import normalise_source
from lenswright.dataset.upload import IntakeResult
from lenswright.errors import InputRefused
from lenswright.web.actor import actor
from lenswright.web.dataset_report import counts
from lenswright.web.services import Services

DEFAULT_SOURCE = "upload"


@dataclass(frozen=True)
class UploadWish:
    """What a request says of all its files, each None if it does not."""

    label: str | None = None
    split: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Batch:
    """What became of the files of one request, which is the edit `id`; `dataset` counts what is there now."""

    id: int
    task: str
    results: tuple[IntakeResult, ...]
    dataset: dict[str, int]

    @property
    def duplicates(self) -> int:
        return self._count("duplicate")

    @property
    def changed(self) -> int:
        """How many files were stored, gave a photo its label, or brought one back from the bin."""
        return len(self.results) - self.duplicates - self._count("refused")

    @property
    def refusal_code(self) -> str:
        """The one reason for all, or `nothing_stored` for several."""
        codes = {result.code for result in self.results}
        return str(codes.pop()) if len(codes) == 1 else "nothing_stored"

    @property
    def refusal(self) -> str:
        """A sentence on why nothing was stored."""
        first = self.results[0]
        others = f" So were {len(self.results) - 1} others." if len(self.results) > 1 else ""
        return f"{first.filename!r} was refused: {first.reason}{others}"

    def to_json(self) -> dict[str, Any]:
        return {
            "task": self.task,
            "batch": self.id,
            "stored": self.changed - self._count("restored"),
            "restored": self._count("restored"),
            "duplicates": self.duplicates,
            "refused": self._count("refused"),
            "results": [asdict(result) for result in self.results],
            "dataset": self.dataset,
        }

    def _count(self, outcome: str) -> int:
        return sum(result.outcome == outcome for result in self.results)


def take_in(here: Services, task: str, files: Iterable[FileStorage], wish: UploadWish) -> Batch:
    """Take every photo of `files`, of which there is at least one, into `task`.

    Raises InputRefused for a split or a source that cannot be, or a list of labels that is none.
    """
    if wish.split and wish.split not in SPLITS:
        raise InputRefused(f"Expected a split of {', '.join(SPLITS)}. Received: {wish.split!r}.")
    source = normalise_source(wish.source or DEFAULT_SOURCE)
    sent = [SentFile(file.filename or "(unnamed)", _from_its_start(file)) for file in files]
    uploads = read_all(
        sent,
        label=wish.label or None,
        split=wish.split or None,
        source=source if wish.source else None,
        archive_limits=here.archive_limits,
    )
    taken = tuple(here.intake.take(task, uploads, source=source, by=actor()))
    return Batch(int(taken[0].batch or 0), task, taken, counts(here, task))


def _from_its_start(file: FileStorage) -> BinaryIO:
    file.stream.seek(0)
    return cast(BinaryIO, file.stream)
