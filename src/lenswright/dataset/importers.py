"""A file that somebody sent in, photos out: itself, or those of a zip, with what it says of them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipInfo

from lenswright.dataset.archive import Archive, is_zip
from lenswright.dataset.label_table import LabelTable, parse_label_table
from lenswright.dataset.layout import place, settle_splits
from lenswright.dataset.upload import Upload
from lenswright.dataset.zip_safety import ArchiveLimits, member_parts
from lenswright.errors import ArchiveRefused, ImageError, ImageTooLarge

__all__ = ["ArchiveLimits", "read_uploads"]

LABELS_FILE = "labels.csv"


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
    its folders. Raises ArchiveRefused; photos yielded before it may be kept.
    """
    if is_zip(stream):
        yield from _read_zip(stream, label, split, archive_limits)
    else:
        yield _read_photo(filename, stream, label, split, archive_limits.max_member_bytes)


def _read_photo(
    filename: str, stream: BinaryIO, label: str | None, split: str | None, limit_bytes: int
) -> Upload:
    data = stream.read(limit_bytes + 1)
    if len(data) <= limit_bytes:
        return Upload(filename, data, label, split)
    size = stream.seek(0, 2)
    too_large = ImageTooLarge(f"Expected at most {limit_bytes} bytes. Received: {size}.")
    return Upload(filename, b"", label, split, too_large)


def _read_zip(
    stream: BinaryIO, label: str | None, split: str | None, limits: ArchiveLimits
) -> Iterator[Upload]:
    archive = Archive(stream, limits)
    members = archive.members()
    photos = [member for member in members if not _is_csv(member)]
    if not photos:
        raise ArchiveRefused(f"Expected photos in the zip. Received: none among {len(members)} files.")
    table = _label_table(archive, [member for member in members if _is_csv(member)])
    placements = settle_splits([place(member_parts(member.filename), table) for member in photos])
    for member, placement in zip(photos, placements, strict=True):
        yield _read_member(archive, member, label or placement.label, split or placement.split)


def _read_member(archive: Archive, member: ZipInfo, label: str | None, split: str | None) -> Upload:
    try:
        return Upload(member.filename, archive.read(member), label, split)
    except ImageError as exc:
        return Upload(member.filename, b"", label, split, exc)


def _label_table(archive: Archive, csvs: Sequence[ZipInfo]) -> LabelTable | None:
    """Return the first CSV that names files and labels; one called `labels.csv` is looked at first."""
    for member in sorted(csvs, key=lambda member: PurePosixPath(member.filename).name != LABELS_FILE):
        try:
            table = parse_label_table(archive.read(member))
        except ImageError as exc:
            raise ArchiveRefused(f"The list {member.filename!r} in the zip cannot be read: {exc}") from exc
        if table:
            return table
    return None


def _is_csv(member: ZipInfo) -> bool:
    return member.filename.casefold().endswith(".csv")
