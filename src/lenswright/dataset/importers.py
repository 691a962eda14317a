"""Files that somebody sent together in, photos out: themselves, those of zips, and what lists say of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipInfo

from lenswright.dataset.archive import SIGNATURES, Archive, is_zip
from lenswright.dataset.label_table import LABELS_FILE, LabelTable, parse_label_table, required_label_table
from lenswright.dataset.layout import Placement, decide, place, place_all
from lenswright.dataset.refusals import MissingFile
from lenswright.dataset.upload import Upload
from lenswright.dataset.zip_safety import ArchiveLimits, member_parts
from lenswright.errors import ArchiveRefused, ImageError, ImageTooLarge, LenswrightError

__all__ = ["ArchiveLimits", "SentFile", "missing_files", "read_all", "read_uploads"]

MOST_MISSING = 1_000  # files that a list names in vain and that are told one by one


@dataclass(frozen=True)
class SentFile:
    """One file of a request."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Said:
    """What is said of all files: by the request itself, which holds, and by a list sent beside them."""

    label: str | None = None
    split: str | None = None
    source: str | None = None
    table: LabelTable | None = None

    def upload(
        self, name: str, data: bytes, placement: Placement, refusal: LenswrightError | None = None
    ) -> Upload:
        """Return a file that is as `placement` says, where nothing is said of all of them."""
        return Upload(
            name,
            data,
            self.label or placement.label,
            self.split or placement.split,
            refusal,
            self.source or placement.source,
            None if self.label else placement.lack,
        )


def read_all(
    files: Sequence[SentFile],
    *,
    label: str | None = None,
    split: str | None = None,
    source: str | None = None,
    archive_limits: ArchiveLimits,
) -> Iterator[Upload]:
    """Yield the photos of files that were sent together, each photo or zip where it stands.

    A CSV among them is the list of labels of the others. A zip that is refused, and a file that the list
    names in vain, come as uploads with that refusal. Raises ArchiveRefused for a CSV that is no such list,
    before anything is yielded.
    """
    lists = [file for file in files if _is_list(file.name)]
    others = [file for file in files if not _is_list(file.name)]
    table = _sent_table(lists[0], archive_limits) if lists and others else None
    for file in lists[1:] if others else lists:
        yield Upload(file.name, b"", refusal=ArchiveRefused("Expected one list of labels, beside photos."))
    for file in others:
        try:
            yield from _read(file, Said(label, split, source, table), archive_limits)
        except ArchiveRefused as exc:
            yield Upload(file.name, b"", refusal=exc)
    if table is not None:
        yield from missing_files(table, lists[0].name)


def read_uploads(
    filename: str,
    stream: BinaryIO,
    *,
    label: str | None = None,
    split: str | None = None,
    archive_limits: ArchiveLimits,
) -> Iterator[Upload]:
    """Yield the photo in `stream`, or each photo of the zip in it; one is in memory at a time.

    `label` and `split`, where given, hold for all of them; else the zip's list of labels counts, else
    its folders, else names such as `cat.123.jpg`. Raises ArchiveRefused; photos yielded before it may be
    kept.
    """
    yield from _read(SentFile(filename, stream), Said(label, split), archive_limits)


def _read(file: SentFile, said: Said, limits: ArchiveLimits) -> Iterator[Upload]:
    if is_zip(file.stream):
        yield from _read_zip(file.stream, said, limits)
    else:
        yield _read_photo(file, said, limits.max_member_bytes)


def _read_photo(file: SentFile, said: Said, limit_bytes: int) -> Upload:
    parts = member_parts(file.name)
    listed = place(parts[-1:], said.table) if said.table and parts else Placement(None, None)
    data = file.stream.read(limit_bytes + 1)
    if len(data) <= limit_bytes:
        return said.upload(file.name, data, listed)
    size = file.stream.seek(0, 2)
    too_large = ImageTooLarge(f"Expected at most {limit_bytes} bytes. Received: {size}.")
    return said.upload(file.name, b"", listed, too_large)


def _read_zip(stream: BinaryIO, said: Said, limits: ArchiveLimits) -> Iterator[Upload]:
    archive = Archive(stream, limits)
    members = archive.members()
    photos = [member for member in members if not _is_list(member.filename)]
    if not photos:
        raise ArchiveRefused(f"Expected photos in the zip. Received: none among {len(members)} files.")
    own, list_name = _own_table(archive, [member for member in members if _is_list(member.filename)])
    table = own or said.table
    paths = [member_parts(member.filename) for member in photos]
    layout = decide(paths, table)
    for member, placement in zip(photos, place_all(paths, table, layout), strict=True):
        yield _read_member(archive, member, said, placement)
    if own is not None and (layout == "csv" or _is_labels_file(list_name)):
        yield from missing_files(own, list_name)


def _read_member(archive: Archive, member: ZipInfo, said: Said, placement: Placement) -> Upload:
    try:
        data = archive.read(member)
    except ImageError as exc:
        return said.upload(member.filename, b"", placement, exc)
    if data.startswith(SIGNATURES):
        nested = ArchiveRefused("Expected a photo. Received: a zip inside the zip, which is not unpacked.")
        return said.upload(member.filename, b"", placement, nested)
    return said.upload(member.filename, data, placement)


def _own_table(archive: Archive, lists: Sequence[ZipInfo]) -> tuple[LabelTable | None, str]:
    """Return the first CSV that names files and labels, and its name.

    One called `labels.csv` is looked at first, and must name them.
    """
    for member in sorted(lists, key=lambda member: not _is_labels_file(member.filename)):
        try:
            data = archive.read(member)
        except ImageError as exc:
            raise ArchiveRefused(f"The list {member.filename!r} in the zip cannot be read: {exc}") from exc
        if _is_labels_file(member.filename):
            return required_label_table(member.filename, data), member.filename
        table = parse_label_table(data)
        if table:
            return table, member.filename
    return None, ""


def _sent_table(file: SentFile, limits: ArchiveLimits) -> LabelTable:
    data = file.stream.read(limits.max_member_bytes + 1)
    if len(data) > limits.max_member_bytes:
        raise ArchiveRefused(
            f"Expected a list of labels of at most {limits.max_member_bytes} bytes. Received more."
        )
    return required_label_table(file.name, data)


def missing_files(table: LabelTable, list_name: str) -> Iterator[Upload]:
    """Yield a refusal for each file that a list names in vain; for many, one for the rest of them.

    And one for its rows that name no file.
    """
    names = table.missing()
    for name in names[:MOST_MISSING]:
        yield Upload(name, b"", refusal=MissingFile(f"{list_name!r} names it, but it is not there."))
    more = len(names) - MOST_MISSING
    if more > 0:
        yield Upload(list_name, b"", refusal=MissingFile(f"It names {more} more files that are not there."))
    if table.nameless:
        first, *others = table.nameless
        rest = f", and {len(others):,} more lines like it" if others else ""
        yield Upload(
            list_name, b"", refusal=MissingFile(f"Line {first}{rest}: the name of the file is empty.")
        )


def _is_list(name: str) -> bool:
    return name.casefold().endswith(".csv")


def _is_labels_file(name: str) -> bool:
    return PurePosixPath(name.replace("\\", "/")).name.casefold() == LABELS_FILE
