"""A task as a zip that any tool can read, and that uploads into a new task as it was.

`dataset/train/cat/tom.jpg`, and a `labels.csv` with each file's label, split, source and id. Photos in
the bin are left out. The zip is made while it is sent: neither disk nor memory holds it.
"""

import csv
import io
import logging
import tempfile
from collections.abc import Iterator
from typing import IO

from sqlalchemy import ColumnElement, select

from lenswright.dataset.example import UNUSED, Photo, as_photo, present
from lenswright.dataset.export_names import ExportNames
from lenswright.dataset.zip_stream import ZipStream
from lenswright.errors import NotFound, StorageFailure
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

COLUMNS = ("file", "label", "split", "source", "id")
PAGE_PHOTOS = 500
IN_MEMORY_BYTES = 1_000_000

log = logging.getLogger(__name__)


def export_zip(database: Database, blobs: Blobs, task: str, *, now: float) -> Iterator[bytes]:
    """Yield the zip of `task` piece by piece, a photo or less each; `now` in epoch seconds.

    A photo whose bytes are gone is left out and named in `missing.txt`.
    Raises StorageFailure if the database refuses; what was yielded before it is no whole zip.
    """
    names = ExportNames()
    with (
        ZipStream(now) as packed,
        tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as listed,
        tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as missing,
    ):
        listed.write(_line(COLUMNS))
        for photo in _photos(database, task):
            try:
                data = blobs.read(photo.key)
            except (NotFound, StorageFailure) as exc:
                log.warning("photo %d (%s) cannot be exported: %s", photo.id, photo.filename, exc)
                missing.write(f"{photo.id}\t{photo.filename}\t{exc}\n".encode())
                continue
            path = names.path(photo)
            listed.write(_line((path, photo.label, photo.split, photo.source, photo.id)))
            yield packed.member(path, data)
        yield packed.member("labels.csv", _content(listed))
        if missing.tell():
            yield packed.member("missing.txt", _content(missing))
        yield from packed.end()


def _photos(database: Database, task: str) -> Iterator[Photo]:
    """Yield the photos that are not in the bin, oldest first, those set aside after all others.

    They are too like photos of two splits: uploaded after these, they are set aside again.
    """
    is_unused = PhotoRow.split == UNUSED
    yield from _matching(database, present(task) & (PhotoRow.split.is_(None) | ~is_unused))
    yield from _matching(database, present(task) & is_unused)


def _matching(database: Database, condition: ColumnElement[bool]) -> Iterator[Photo]:
    last_id: int | None = 0
    while last_id is not None:
        query = select(PhotoRow).where(condition, PhotoRow.id > last_id).order_by(PhotoRow.id)
        with database.reading() as session:  # one a page: a slow reader must not hold up the log of changes
            page = [as_photo(row) for row in session.scalars(query.limit(PAGE_PHOTOS))]
        yield from page
        last_id = page[-1].id if len(page) == PAGE_PHOTOS else None


def _line(cells: tuple[object, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow("" if cell is None else cell for cell in cells)
    return text.getvalue().encode()


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
