"""A zip's stream in, its members' bytes out, one at a time and never more than the limits allow.

Nothing is ever extracted to a path; the bytes that come out are counted, whatever the zip promised.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from lenswright.dataset.zip_safety import (
    ArchiveLimits,
    check_member_count,
    check_members,
    check_overlap,
    check_ratio,
    member_parts,
    true_name,
)
from lenswright.errors import ArchiveRefused, ImageTooLarge, UnreadableImage

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
CLUTTER = ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini")
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, NotImplementedError,
           RuntimeError, IndexError, KeyError, OverflowError)  # fmt: skip


def is_zip(stream: BinaryIO) -> bool:
    """Return whether the content, not the name, is a zip's; the stream stands where it stood."""
    start = stream.tell()
    signature = stream.read(4)
    stream.seek(start)
    return signature in SIGNATURES


class Archive:
    """An opened zip that passed every check that needs no unpacking."""

    def __init__(self, stream: BinaryIO, limits: ArchiveLimits) -> None:
        """Raises ArchiveRefused for a damaged or hostile zip."""
        self._limits = limits
        self._unpacked = 0
        with _damage("The zip is damaged and cannot be read"):
            check_member_count(stream, limits)
            self._zip = zipfile.ZipFile(stream)
        members = self._zip.infolist()
        check_members(members, limits)
        check_overlap(members, self._zip.start_dir)
        for member in members:
            member.filename = true_name(member)

    def members(self) -> list[zipfile.ZipInfo]:
        """Return the files that are worth a look, in the order of the zip."""
        return [
            member
            for member in self._zip.infolist()
            if not member.filename.endswith("/") and not _is_clutter(member)
        ]

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """Return the bytes of a member.

        Raises ImageTooLarge or UnreadableImage if it alone cannot be used, ArchiveRefused if the
        zip turns out to be a bomb.
        """
        if member.file_size > self._limits.max_member_bytes:
            raise ImageTooLarge(
                f"Expected at most {self._limits.max_member_bytes} bytes. Received: {member.file_size}."
            )
        try:
            with self._zip.open(member) as packed:
                data = packed.read(member.file_size + 1)  # never unpacks more than was promised
        except _DAMAGE as exc:
            raise UnreadableImage(f"The file is damaged inside the zip: {exc}.") from exc
        self._count(member, len(data))
        if len(data) != member.file_size:
            raise UnreadableImage(
                f"The file is damaged inside the zip: expected {member.file_size} bytes."
                f" Received: {len(data)}."
            )
        return data

    def _count(self, member: zipfile.ZipInfo, size: int) -> None:
        self._unpacked += size
        check_ratio(member.filename, size, member.compress_size, self._limits.max_ratio)
        if self._unpacked > self._limits.max_bytes:
            raise ArchiveRefused(
                f"Expected a zip that unpacks to at most {self._limits.max_bytes} bytes. Received more."
            )


@contextmanager
def _damage(what: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as exc:
        raise ArchiveRefused(f"{what}: {exc}.") from exc


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    parts = member_parts(member.filename)
    return not parts or any(part.startswith(".") or part.casefold() in CLUTTER for part in parts)
