"""A zip written front to back, in bounded memory: nothing is read again, nothing is sought.

Members are stored, not packed: photos do not shrink. Each one's size and checksum are written before
it, so that readers that cannot seek can unpack the zip, too. The list of members waits in a temporary
file: about 100 bytes a member, with 100,000 of them not worth the memory.
"""

import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

_FILE, _ENTRY, _END, _END64, _LOCATOR = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
)
_VERSION, _VERSION64 = 20, 45
_MADE_BY = 3 << 8 | _VERSION64  # on Unix: the mode of the file means something
_UTF8 = 0x800
_MODE = 0o100644 << 16  # a file that its owner may write and everybody read
_MANY, _FAR = 0xFFFF, 0xFFFF_FFFF  # from here on the old fields are too short
_LOOK64, _LOOK64_COUNT = 0xFFFF_FFFF, 0xFFFF  # and say so with this
_IN_MEMORY_BYTES = 1_000_000
_CHUNK_BYTES = 1_000_000


class ZipStream:
    """One zip: what `member` and `end` return, one after the other, is its bytes; close it after that."""

    def __init__(self, now: float) -> None:
        """`now` in epoch seconds: the time that all members get, in UTC."""
        self._stamp = _dos_time(now)
        self._size = self._count = 0
        self._entries = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entries.close()

    def member(self, name: str, data: bytes) -> bytes:
        """Return the bytes of a member; `name` is a relative path with `/`, under 4 GB of `data`."""
        path = name.encode()
        facts = struct.pack("<2H4sL2L", _UTF8, 0, self._stamp, zlib.crc32(data), len(data), len(data))
        self._entries.write(self._entry(path, facts))
        head = _FILE + struct.pack("<H", _VERSION) + facts + struct.pack("<2H", len(path), 0) + path
        self._count += 1
        self._size += len(head) + len(data)
        return head + data

    def end(self) -> Iterator[bytes]:
        """Yield the list of members and the end of the zip."""
        length = self._entries.tell()
        self._entries.seek(0)
        while chunk := self._entries.read(_CHUNK_BYTES):
            yield chunk
        size, count = self._size, self._count
        if size >= _FAR or count >= _MANY:
            yield self._end64(length)
            size, count = _LOOK64, _LOOK64_COUNT
        yield _END + struct.pack("<4H2LH", 0, 0, count, count, length, size, 0)

    def _entry(self, path: bytes, facts: bytes) -> bytes:
        far = self._size >= _FAR
        extra = struct.pack("<2HQ", 1, 8, self._size) if far else b""
        return (
            _ENTRY
            + struct.pack("<2H", _MADE_BY, _VERSION64 if far else _VERSION)
            + facts
            + struct.pack("<5H2L", len(path), len(extra), 0, 0, 0, _MODE, _LOOK64 if far else self._size)
            + path
            + extra
        )

    def _end64(self, length: int) -> bytes:
        counts = (self._count, self._count)
        record = struct.pack("<QHHLL4Q", 44, _MADE_BY, _VERSION64, 0, 0, *counts, length, self._size)
        return _END64 + record + _LOCATOR + struct.pack("<LQL", 0, self._size + length, 1)


def _dos_time(now: float) -> bytes:
    """Return date and time as zips have them: from 1980 on, in steps of two seconds."""
    at = time.gmtime(max(now, 315_532_800))
    day = (at.tm_year - 1980) << 9 | at.tm_mon << 5 | at.tm_mday
    return struct.pack("<2H", at.tm_hour << 11 | at.tm_min << 5 | at.tm_sec // 2, day)
