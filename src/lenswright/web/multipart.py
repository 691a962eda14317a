"""Uploaded files on disk while a request is read: one temporary file for all parts of a form.

Werkzeug opens one file per part, so that five thousand photos would need five thousand open files.
"""

import io
import os
import shutil
import tempfile
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from lenswright.errors import StorageFailure
from lenswright.web.form_parser import FormParser

IN_MEMORY_BYTES = 500_000  # a form smaller than this stays in memory
CHUNK_BYTES = 65_536


class Part(io.RawIOBase):
    """One part of a form: written once to the end of `spool`, then read from there, seekable."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._start = spool.seek(0, os.SEEK_END)
        self._length = 0
        self._position = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Append `data`. Raises StorageFailure when the disk is full."""
        try:
            self._spool.write(data)
        except OSError as exc:
            raise StorageFailure(f"The upload could not be kept while it was read: {exc.strerror}.") from exc
        self._length += len(data)
        self._position = self._length
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self._length - self._position))
        data = os.pread(self._spool.fileno(), wanted, self._start + self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


class UploadRequest(Request):
    """A Flask request whose uploaded files share one temporary file."""

    form_data_parser_class = FormParser
    _spool: IO[bytes] | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,  # noqa: ARG002 Werkzeug prescribes the signature
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        if total_content_length is not None and total_content_length <= IN_MEMORY_BYTES:
            return io.BytesIO()
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 closed with the request
        return Part(self._spool)  # type: ignore[return-value]

    def body_as_file(self) -> IO[bytes]:
        """Return the body, which is no form, as a file at its start; it is closed with the request.

        Raises RequestEntityTooLarge, also for a body that announced no length, and StorageFailure.
        """
        file = self._get_file_stream(self.content_length, self.mimetype)
        shutil.copyfileobj(self.stream, file, CHUNK_BYTES)
        limit = self.max_content_length
        if limit is not None and self.content_length is None and file.tell() >= limit:
            raise RequestEntityTooLarge(f"Expected a body of less than {limit} bytes. Received: more.")
        file.seek(0)
        return file

    def close(self) -> None:
        super().close()
        if self._spool is not None:
            self._spool.close()
