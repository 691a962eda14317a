"""Photos in: each verified, compared with what is there, stored once, and acknowledged when on disk.

Every upload is an edit with an entry for every file. Chunks keep the number of commits low; a photo's
bytes are on disk before its row is committed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lenswright.cpus import cpu_count
from lenswright.dataset.batch_log import BatchLog, BatchWish, Entered
from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edits import Action, end_edit
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
from lenswright.dataset.upload import IntakeResult, Upload, refused
from lenswright.errors import ImageError, InputRefused, NotFound
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

__all__ = ["Intake", "IntakeResult", "Upload"]

CHUNK_PHOTOS = 200
CHUNK_BYTES = 32_000_000

LookedAt = Examined | IntakeResult  # what a file is, or why it was refused
Chunk = tuple[list[Upload], bool]


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
        self._pool = ThreadPoolExecutor(cpu_count(), thread_name_prefix="intake")

    def take(
        self,
        task: str,
        uploads: Iterable[Upload],
        *,
        source: str,
        by: str = "lenswright",
        action: Action = "upload",
        edit_id: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Iterator[IntakeResult]:
        """Yield what became of each upload, in order, once it is on disk; `task` is a slug.

        The whole is one edit, `action` by `by`, or goes on with `edit_id`; it ends with the last upload,
        also if it is cut short. Without uploads there is no edit. Holds two chunks in memory.
        Raises StorageFailure: photos yielded before it stay. NotFound if the task has no such edit.
        """
        log = BatchLog(BatchWish(task, source, by, action, edit_id, detail))
        try:
            for looked_at, is_last in self._examined(task, _chunks(uploads)):
                yield from self._take_chunk(log, looked_at, is_last)
        except BaseException as exc:
            log.end(self._database, self._clock(), cut_short=exc)
            raise
        log.end(self._database, self._clock())

    def _examined(self, task: str, chunks: Iterator[Chunk]) -> Iterator[tuple[list[LookedAt], bool]]:
        """Yield the chunks examined, and which is the last; the next one is examined meanwhile."""
        begun: deque[tuple[Iterator[LookedAt], bool]] = deque()
        try:
            for chunk, is_last in chunks:
                begun.append((self._examine_all(task, chunk), is_last))
                if len(begun) > 1:
                    looked_at, was_last = begun.popleft()
                    yield list(looked_at), was_last
        except Exception:  # what was read before is still taken in
            for looked_at, was_last in begun:
                yield list(looked_at), was_last
            raise
        for looked_at, was_last in begun:
            yield list(looked_at), was_last

    def _examine_all(self, task: str, chunk: Sequence[Upload]) -> Iterator[LookedAt]:
        """Return what will be known of the uploads, in their order; several are examined at once."""
        hashes = [bytes_hash(upload.data) for upload in chunk]
        known = {row.sha256: row for row in self._rows(task, PhotoRow.sha256.in_(hashes))}
        return self._pool.map(self._examine, chunk, hashes, [known.get(sha256) for sha256 in hashes])

    def _examine(self, upload: Upload, sha256: str, known: PhotoRow | None) -> LookedAt:
        try:
            check_upload(upload)
            return recognise(upload, known) if known else examine(upload, sha256, self._limits)
        except (ImageError, InputRefused) as exc:
            return refused(upload.filename, exc)

    def _take_chunk(self, log: BatchLog, looked_at: Sequence[LookedAt], is_last: bool) -> list[IntakeResult]:
        task = log.wish.task
        examined = [entry for entry in looked_at if isinstance(entry, Examined)]
        if examined:
            self._blobs.write_many(
                {entry.key: entry.upload.data for entry in self._unwritten(task, examined)}
            )
        with self._turn:
            index = self._indexes.setdefault(task, DuplicateIndex(task))
            try:
                with self._database.writing() as session:
                    now = self._clock()
                    edit_id = log.open(session, now)
                    entered = self._enter(session, log, edit_id, looked_at, index)
                    if is_last:
                        end_edit(session, edit_id, now)
            except BaseException:
                index.clear()  # what it learnt in this transaction is not so
                raise
        log.committed(edit_id, ended=is_last)
        self._write_lost(looked_at, entered)
        return [entry.result for entry in entered]

    def _write_lost(self, looked_at: Sequence[LookedAt], entered: Sequence[Entered]) -> None:
        """Write again what somebody who forgot the same picture removed meanwhile; now a row protects it."""
        lost = {
            photo.key: photo.upload.data
            for photo, entry in zip(looked_at, entered, strict=True)
            if isinstance(photo, Examined)
            and entry.result.path == f"uploads/{photo.key}"
            and not self._blobs.exists(photo.key)
        }
        if lost:
            self._blobs.write_many(lost)

    def _enter(
        self,
        session: Session,
        log: BatchLog,
        edit_id: int,
        looked_at: Sequence[LookedAt],
        index: DuplicateIndex,
    ) -> list[Entered]:
        examined = [entry for entry in looked_at if isinstance(entry, Examined)]
        labeller = Labeller(session, log.wish.task, self._clock(), index)
        registration = Registration(session, log.wish, edit_id, labeller, index, self._clock())
        registered = iter(registration.enter_all(examined) if examined else ())
        entered = [
            Entered(replace(entry, batch=edit_id)) if isinstance(entry, IntakeResult) else next(registered)
            for entry in looked_at
        ]
        bare = [
            one.upload.lack
            for one, entry in zip(looked_at, entered, strict=True)
            if isinstance(one, Examined) and one.upload.lack and entry.result.label is None
        ]
        log.write(session, edit_id, entered, bare)
        return entered

    def _unwritten(self, task: str, examined: Sequence[Examined]) -> list[Examined]:
        """Return those whose bytes are to be written: new pictures, and files that are gone or damaged."""
        rows = self._rows(task, PhotoRow.pixel_sha256.in_([entry.pixel_sha256 for entry in examined]))
        known = {row.pixel_sha256: row.sha256 for row in rows}
        return [
            entry
            for entry in first_of_each(examined)
            if entry.pixel_sha256 not in known
            or (known[entry.pixel_sha256] == entry.sha256 and not self._is_whole(entry))
        ]

    def _is_whole(self, entry: Examined) -> bool:
        try:
            return self._blobs.read(entry.key) == entry.upload.data
        except NotFound:
            return False

    def _rows(self, task: str, condition: ColumnElement[bool]) -> Sequence[PhotoRow]:
        with self._database.reading() as session:
            return session.scalars(select(PhotoRow).where(PhotoRow.task == task, condition)).all()


def _chunks(uploads: Iterable[Upload]) -> Iterator[Chunk]:
    """Yield the uploads in lists, and whether that one is known to be the last."""
    chunk: list[Upload] = []
    size_bytes = 0
    try:
        for upload in uploads:
            chunk.append(upload)
            size_bytes += len(upload.data)
            if len(chunk) == CHUNK_PHOTOS or size_bytes >= CHUNK_BYTES:
                yield chunk, False
                chunk, size_bytes = [], 0
    except Exception:
        if chunk:
            yield chunk, False
        raise
    if chunk:
        yield chunk, True
