"""Photos that somebody names, as rows within one transaction: all of them, or an error for the first."""

from collections.abc import Iterable, Sequence
from string import hexdigits

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lenswright.dataset.refusals import InTheBin
from lenswright.errors import NotFound
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.dataset_tables import PhotoRow

AT_ONCE = 500  # names in one statement

File = int | str


def rows_of(session: Session, task: str, files: Sequence[File]) -> list[PhotoRow]:
    """Return the row of each of `files` of `task`, present or in the bin, in their order.

    A photo is named by its id, the digits of it, or a path such as `uploads/ab/abc.jpg`. One that is
    named twice comes twice. Raises NotFound for a name without a photo, or whose photo is forgotten.
    """
    ids = {file: number for file in files if (number := _id(file)) is not None}
    digests = [_digest(str(file)) for file in files if file not in ids]
    by_id = {row.id: row for row in _found(session, task, ids.values())}
    by_digest = {row.sha256: row for row in _found(session, task, digests)}
    rows = []
    for file in files:
        row = by_id.get(ids[file]) if file in ids else by_digest.get(_digest(str(file)))
        if row is None or isinstance(file, bool):
            raise NotFound("photo" if isinstance(file, int) else "file", file)
        rows.append(row)
    return rows


def present_rows(session: Session, task: str, files: Sequence[File]) -> list[PhotoRow]:
    """Return what `rows_of` does. Raises InTheBin for a photo that lies there."""
    rows = rows_of(session, task, files)
    for row in rows:
        if row.deleted_at is not None:
            raise InTheBin(row.id)
    return rows


def distinct_rows(session: Session, task: str, files: Sequence[File]) -> list[PhotoRow]:
    """Return the rows that `files` name, each once."""
    return list({row.id: row for row in rows_of(session, task, files)}.values())


def _found(session: Session, task: str, names: Iterable[int | str]) -> Iterable[PhotoRow]:
    distinct = list(dict.fromkeys(names))
    mine = select(PhotoRow).where(PhotoRow.task == task, PhotoRow.forgotten_at.is_(None))
    for start in range(0, len(distinct), AT_ONCE):
        yield from session.scalars(mine.where(_is_one(distinct[start : start + AT_ONCE])))


def _is_one(names: Sequence[File]) -> ColumnElement[bool]:
    return PhotoRow.id.in_(names) if isinstance(names[0], int) else PhotoRow.sha256.in_(names)


def _id(file: File) -> int | None:
    """Return the id that a name is; 0, which no photo has, for a number that no database can hold."""
    name = str(file).strip()
    if isinstance(file, str) and not (name.isascii() and name.isdecimal()):
        return None
    number = int(name) if len(name) <= len(str(LARGEST_ID)) + 1 and not isinstance(file, bool) else 0
    return number if 0 < number <= LARGEST_ID else 0


def _digest(path: str) -> str:
    """Return the sha256 in `uploads/ab/abcdef.jpg`, with or without the folders and the extension."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].split(".", 1)[0].lower().strip()
    return name if set(name) <= set(hexdigits) else ""  # NUL and the like are no text to a database
