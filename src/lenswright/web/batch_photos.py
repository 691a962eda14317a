"""The photos of a batch: the files of a form and the members of zips, in order, one in memory at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast
from zipfile import ZipInfo

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from lenswright.dataset.archive import Archive, is_zip
from lenswright.dataset.importers import SentFile
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import ArchiveRefused, ImageError, ImageTooLarge, LenswrightError, MalformedRequest
from lenswright.web.multipart import UploadRequest

FIELDS = ("images", "image", "files[]", "file")
ZIP_KINDS = ("application/zip", "application/x-zip-compressed")
RAW_KINDS = ("", "application/octet-stream", "application/x-www-form-urlencoded", *ZIP_KINDS)
UNNAMED = "(unnamed)"
HOW_TO_SEND_PHOTOS = (
    "a multipart form with photos, or zips of them, in the field 'images',"
    " or the bytes of one zip as the body"
)


@dataclass(frozen=True)
class SentPhoto:
    """One photo as it was sent: its bytes, or why they cannot be had."""

    filename: str
    content: bytes | LenswrightError


def sent_files() -> list[SentFile]:
    """Return the files of the request, of which there is at least one.

    Raises MalformedRequest if there is none, UnsupportedMediaType if the body is something else.
    """
    if request.mimetype == "multipart/form-data":
        return _files_of_form()
    if request.mimetype not in RAW_KINDS and not request.mimetype.startswith("image/"):
        raise UnsupportedMediaType(f"Expected {HOW_TO_SEND_PHOTOS}. Received: {request.mimetype}.")
    body = cast(UploadRequest, request).body_as_file()
    if not body.read(1):
        raise MalformedRequest(f"Expected {HOW_TO_SEND_PHOTOS}. Received: an empty body.")
    body.seek(0)
    return [SentFile(UNNAMED, cast(BinaryIO, body))]


def refuse_many(files: Sequence[SentFile], most: int, limits: ArchiveLimits) -> None:
    """Raise RequestEntityTooLarge if there are more than `most` photos, before one of them is read."""
    count = 0
    for file in files:
        count += _count(file, limits)
        if count > most:
            raise RequestEntityTooLarge(f"Expected at most {most} photos in one batch. Received more.")


def read_photos(files: Sequence[SentFile], limits: ArchiveLimits) -> Iterator[SentPhoto]:
    """Yield each photo, and each member of a zip where the zip stands; a zip that is refused as one item."""
    for file in files:
        try:
            yield from _read(file, limits)
        except ArchiveRefused as exc:
            yield SentPhoto(file.name, exc)


def _files_of_form() -> list[SentFile]:
    named = [file for field in FIELDS for file in request.files.getlist(field)]
    files = [_sent(file) for file in named if file.filename or file.stream.read(1)]
    if files:
        return files
    as_text = [field for field in FIELDS if field in request.form]
    if as_text:
        raise MalformedRequest(
            f"Expected files in the field {as_text[0]!r}. Received: text."
            f" With curl write -F {as_text[0]}=@photo.jpg"
        )
    received = ", ".join([*request.files, *request.form]) or "no field"
    raise MalformedRequest(f"Expected at least one file in the field 'images'. Received: {received}.")


def _sent(file: FileStorage) -> SentFile:
    file.stream.seek(0)
    return SentFile(file.filename or UNNAMED, cast(BinaryIO, file.stream))


def _count(file: SentFile, limits: ArchiveLimits) -> int:
    if not is_zip(file.stream):
        return 1
    try:
        return max(1, len(Archive(file.stream, limits).members()))
    except ArchiveRefused:
        return 1
    finally:
        file.stream.seek(0)


def _read(file: SentFile, limits: ArchiveLimits) -> Iterator[SentPhoto]:
    if not is_zip(file.stream):
        yield _read_file(file, limits.max_member_bytes)
        return
    archive = Archive(file.stream, limits)
    members = archive.members()
    if not members:
        raise ArchiveRefused("Expected photos in the zip. Received: none.")
    for member in members:
        yield _read_member(archive, member)


def _read_file(file: SentFile, limit_bytes: int) -> SentPhoto:
    data = file.stream.read(limit_bytes + 1)
    if len(data) <= limit_bytes:
        return SentPhoto(file.name, data)
    size = file.stream.seek(0, 2)
    return SentPhoto(file.name, ImageTooLarge(f"Expected at most {limit_bytes} bytes. Received: {size}."))


def _read_member(archive: Archive, member: ZipInfo) -> SentPhoto:
    try:
        return SentPhoto(member.filename, archive.read(member))
    except ImageError as exc:
        return SentPhoto(member.filename, exc)
