"""What makes a zip hostile, checked before anything is unpacked.

The names, kinds and promised sizes of all members are judged here; `archive` counts the real bytes.
"""

import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from lenswright.errors import ArchiveRefused

HEADER_BYTES = 30  # of a member, before its name
UTF8 = 0x800
END, END_BYTES = b"PK\x05\x06", 22
END64, END64_BYTES = b"PK\x06\x06", 56
LOCATOR, LOCATOR_BYTES = b"PK\x06\x07", 20
ENTRY, ENTRY_BYTES = b"PK\x01\x02", 46
LONGEST_COMMENT = 65_535
LARGEST_DIRECTORY_BYTES = 100_000_000
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
RATIO_FROM_BYTES = 10_000_000  # a small blank picture may well be packed tighter than that


@dataclass(frozen=True)
class ArchiveLimits:
    """What a zip may hold: members, bytes unpacked in all, bytes of one member, bytes out of a packed one."""

    max_members: int = 200_000
    max_bytes: int = 2_000_000_000
    max_member_bytes: int = 25_000_000
    max_ratio: int = 200


def check_member_count(stream: BinaryIO, limits: ArchiveLimits) -> None:
    """Raise ArchiveRefused for a zip with too many members, before anything is built from them.

    Counts the directory's entries as they are; the number that the zip states may lie.
    """
    directory = _read_directory(stream)
    count, place = 0, 0
    while directory[place : place + 4] == ENTRY and len(directory) - place >= ENTRY_BYTES:
        count += 1
        if count > limits.max_members:
            raise ArchiveRefused(f"Expected at most {limits.max_members} members in the zip. Received more.")
        place += ENTRY_BYTES + sum(struct.unpack_from("<3H", directory, place + 28))


def _read_directory(stream: BinaryIO) -> bytes:
    """Return the bytes of the list of members, where Python's zipfile will look for it, too."""
    size = stream.seek(0, os.SEEK_END)
    tail_start = max(0, size - END_BYTES - LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read()
    found = tail.rfind(END)
    if found < 0 or len(tail) - found < END_BYTES:
        raise ArchiveRefused("The zip is cut off or damaged: its list of members is missing.")
    end = tail_start + found
    (length,) = struct.unpack_from("<L", tail, found + 12)
    end64 = end - LOCATOR_BYTES - END64_BYTES
    if end64 >= 0:
        stream.seek(end64)
        record = stream.read(END64_BYTES + LOCATOR_BYTES)
        if record.startswith(END64) and record[END64_BYTES:].startswith(LOCATOR):
            (length,), end = struct.unpack_from("<Q", record, 40), end64
    if length > end:
        raise ArchiveRefused("The zip is cut off or damaged: its list of members is missing.")
    if length > LARGEST_DIRECTORY_BYTES:
        raise ArchiveRefused(
            f"Expected a list of members of at most {LARGEST_DIRECTORY_BYTES} bytes. Received: {length}."
        )
    stream.seek(end - length)
    return stream.read(length)


def check_members(members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Raise ArchiveRefused for the first member that is hostile, or for what all promise to unpack to."""
    promised = 0
    for member in members:
        _check_name(member)
        _check_kind(member)
        promised += member.file_size
        check_ratio(member.filename, member.file_size, member.compress_size, limits.max_ratio)
    if promised > limits.max_bytes:
        raise ArchiveRefused(
            f"Expected a zip that unpacks to at most {limits.max_bytes} bytes. Received: {promised}."
        )


def check_overlap(members: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Raise ArchiveRefused if two members share bytes, or one the list of members, which is at that place.

    No honest zip does that, and a small one could unpack to anything: D. Fifield, "A better zip bomb",
    WOOT 2019.
    """
    ordered = sorted(members, key=lambda member: member.header_offset)
    starts = [*(member.header_offset for member in ordered), directory_at]
    for member, next_start in zip(ordered, starts[1:], strict=True):
        if member.header_offset + HEADER_BYTES + member.compress_size > next_start:
            raise ArchiveRefused(
                f"Expected members that share no bytes. Received: {member.filename!r}, which reaches into"
                " the next one."
            )


def true_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; macOS and others write UTF-8 without saying so."""
    if member.flag_bits & UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode()
    except UnicodeError:
        return member.filename


def check_ratio(name: str, unpacked: int, packed: int, most: int) -> None:
    """Raise ArchiveRefused for a bomb: much out of next to nothing."""
    if unpacked > RATIO_FROM_BYTES and unpacked > most * max(packed, 1):
        raise ArchiveRefused(
            f"Expected at most {most} bytes out of one packed byte. Received: {name!r},"
            f" which makes {unpacked} bytes out of {packed}."
        )


def member_parts(name: str) -> tuple[str, ...]:
    """Return the folders and the name of a member, whichever slashes it was written with."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename.replace("\\", "/")
    if "\0" in name:
        raise ArchiveRefused(f"Expected member names without NUL. Received: {name!r}.")
    if name.startswith("/") or name[1:3] == ":/":
        raise ArchiveRefused(f"Expected relative member names. Received the absolute {name!r}.")
    if ".." in name.split("/"):
        raise ArchiveRefused(f"Expected member names that stay inside the zip. Received: {name!r}.")


def _check_kind(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & ENCRYPTED:
        raise ArchiveRefused(
            f"Expected a zip without a password. Received the encrypted {member.filename!r}."
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise ArchiveRefused(f"Expected files and folders. Received the link {member.filename!r}.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveRefused(f"Expected files and folders. Received the special file {member.filename!r}.")
    if member.compress_type not in METHODS and not member.filename.endswith("/"):
        raise ArchiveRefused(
            f"Expected members that are stored or deflated. Received: {member.filename!r},"
            f" packed by method {member.compress_type}."
        )
