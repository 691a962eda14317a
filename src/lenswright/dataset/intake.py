"""Photos in: each verified, compared with what is there, stored once, and acknowledged when on disk.

Batches keep the number of commits low; a photo's bytes are on disk before its row is committed.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, select

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.examination import (
    Examined,
    bytes_hash,
    check_upload,
    examine,
    first_of_each,
    recognise,
)
from lenswright.dataset.labelling import Labeller
from lenswright.dataset.registration import Registration
from lenswright.dataset.upload import IntakeResult, Upload, clean_filename, refused
from lenswright.errors import ImageError, InputRefused
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

__all__ = ["Intake", "IntakeResult", "Upload"]

BATCH_PHOTOS = 50
BATCH_BYTES = 32_000_000


class Intake:
    """Takes photos into the data set; safe to use from several threads and several instances."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        limits: DecodeLimits,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._blobs = database, blobs
        self._limits, self._clock = limits, clock
        self._indexes: dict[str, DuplicateIndex] = {}
        self._turn = threading.Lock()  # an index belongs to one transaction at a time

    def take(self, task: str, uploads: Iterable[Upload], *, source: str) -> Iterator[IntakeResult]:
        """Yield what became of each upload, in order, once it is on disk; `task` is a slug.

        Holds one batch in memory. Raises StorageFailure: photos yielded before it stay.
        """
        for batch in _batches(uploads):
            yield from self._take_batch(task, batch, source)

    def _take_batch(self, task: str, batch: Sequence[Upload], source: str) -> list[IntakeResult]:
        looked_at = self._examine_all(task, batch)
        examined = [entry for entry in looked_at if isinstance(entry, Examined)]
        if not examined:
            return [entry for entry in looked_at if isinstance(entry, IntakeResult)]
        self._blobs.write_many({entry.key: entry.upload.data for entry in self._unwritten(task, examined)})
        entered = iter(self._register(task, examined, source))
        return [entry if isinstance(entry, IntakeResult) else next(entered) for entry in looked_at]

    def _examine_all(self, task: str, batch: Sequence[Upload]) -> list[Examined | IntakeResult]:
        hashes = [bytes_hash(upload.data) for upload in batch]
        known = {row.sha256: row for row in self._rows(task, PhotoRow.sha256.in_(hashes))}
        return [
            self._examine(upload, sha256, known.get(sha256))
            for upload, sha256 in zip(batch, hashes, strict=True)
        ]

    def _examine(self, upload: Upload, sha256: str, known: PhotoRow | None) -> Examined | IntakeResult:
        try:
            check_upload(upload)
            return recognise(upload, known) if known else examine(upload, sha256, self._limits)
        except (ImageError, InputRefused) as exc:
            return refused(clean_filename(upload.filename), exc)

    def _unwritten(self, task: str, examined: Sequence[Examined]) -> list[Examined]:
        """Return those whose bytes are to be written: new pictures, and photos whose file is gone."""
        rows = self._rows(task, PhotoRow.pixel_sha256.in_([entry.pixel_sha256 for entry in examined]))
        known = {row.pixel_sha256: row.sha256 for row in rows}
        return [
            entry
            for entry in first_of_each(examined)
            if entry.pixel_sha256 not in known
            or (known[entry.pixel_sha256] == entry.sha256 and not self._blobs.exists(entry.key))
        ]

    def _rows(self, task: str, condition: ColumnElement[bool]) -> Sequence[PhotoRow]:
        with self._database.reading() as session:
            return session.scalars(select(PhotoRow).where(PhotoRow.task == task, condition)).all()

    def _register(self, task: str, examined: Sequence[Examined], source: str) -> list[IntakeResult]:
        with self._turn:
            index = self._indexes.setdefault(task, DuplicateIndex(task))
            try:
                with self._database.writing() as session:
                    labeller = Labeller(session, task, self._clock(), index)
                    registration = Registration(session, task, labeller, index, source, self._clock())
                    return registration.enter_all(examined)
            except BaseException:
                index.clear()  # what it learnt in this transaction is not so
                raise


def _batches(uploads: Iterable[Upload]) -> Iterator[list[Upload]]:
    batch: list[Upload] = []
    size_bytes = 0
    for upload in uploads:
        batch.append(upload)
        size_bytes += len(upload.data)
        if len(batch) == BATCH_PHOTOS or size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch
