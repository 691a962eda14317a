"""Uploaded files on their way into the data set, and what became of each."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, cast

from werkzeug.datastructures import FileStorage

from lenswright.dataset.example import SPLITS
from lenswright.dataset.importers import read_uploads
from lenswright.dataset.upload import IntakeResult, Upload
from lenswright.dataset.upload import refused as refusal
from lenswright.errors import ArchiveRefused, InputRefused
from lenswright.web.dataset_report import counts
from lenswright.web.services import Services


@dataclass(frozen=True)
class Batch:
    """What became of the files of one request; `dataset` counts what is there now."""

    task: str
    results: tuple[IntakeResult, ...]
    dataset: dict[str, int]

    @property
    def duplicates(self) -> int:
        return self._count("duplicate")

    @property
    def changed(self) -> int:
        """How many files were stored, or gave a photo its label."""
        return len(self.results) - self.duplicates - self._count("refused")

    @property
    def refusal_code(self) -> str:
        """The one reason for all, or `nothing_stored` for several."""
        codes = {result.code for result in self.results}
        return str(codes.pop()) if len(codes) == 1 else "nothing_stored"

    @property
    def refusal(self) -> str:
        """A sentence on why nothing was stored."""
        if not self.results:
            return "No photo was found in the upload."
        first = self.results[0]
        others = f" So were {len(self.results) - 1} others." if len(self.results) > 1 else ""
        return f"{first.filename!r} was refused: {first.reason}{others}"

    def to_json(self) -> dict[str, Any]:
        return {
            "task": self.task,
            "stored": self.changed,
            "duplicates": self.duplicates,
            "refused": self._count("refused"),
            "results": [asdict(result) for result in self.results],
            "dataset": self.dataset,
        }

    def _count(self, outcome: str) -> int:
        return sum(result.outcome == outcome for result in self.results)


def take_in(
    here: Services, task: str, files: Iterable[FileStorage], *, label: str | None, split: str | None
) -> Batch:
    """Take every photo of `files` into `task`, one at a time. Raises InputRefused for an unknown split."""
    if split and split not in SPLITS:
        raise InputRefused(f"Expected a split of {', '.join(SPLITS)}. Received: {split!r}.")
    refused: list[IntakeResult] = []
    uploads = _read(here, files, label or None, split or None, refused)
    taken = [*here.intake.take(task, uploads, source="upload")]
    return Batch(task, (*taken, *refused), counts(here, task))


def _read(
    here: Services,
    files: Iterable[FileStorage],
    label: str | None,
    split: str | None,
    refused: list[IntakeResult],
) -> Iterator[Upload]:
    """Yield the photos of each file; an archive that is refused on the way is noted in `refused`."""
    for file in files:
        name = file.filename or "(unnamed)"
        file.stream.seek(0)
        stream = cast(BinaryIO, file.stream)
        try:
            yield from read_uploads(
                name, stream, label=label, split=split, archive_limits=here.archive_limits
            )
        except ArchiveRefused as exc:
            refused.append(refusal(name, exc))
