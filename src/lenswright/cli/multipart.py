"""Files as the body of one request, read from disk as they are sent: a zip may be larger than memory."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PIECE_BYTES = 1 << 20


class MultipartBody:
    """A multipart form of text `fields` and `files` (field, path); its length is known before it is read.

    Raises OSError for a file that is not there.
    """

    def __init__(self, fields: Mapping[str, str], files: Sequence[tuple[str, Path]]) -> None:
        self._mark = secrets.token_hex(16)
        self._fields = b"".join(self._field(name, text) for name, text in fields.items())
        self._heads = [(self._head(name, file), file, file.stat().st_size) for name, file in files]
        self._end = f"--{self._mark}--\r\n".encode()

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self._mark}"

    def __len__(self) -> int:
        files = sum(len(head) + size + 2 for head, _, size in self._heads)
        return len(self._fields) + files + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body. Raises OSError, also for a file that has become shorter."""
        yield self._fields
        for head, file, size in self._heads:
            yield head
            yield from _pieces(file, size)
            yield b"\r\n"
        yield self._end

    def _field(self, name: str, text: str) -> bytes:
        said = f'--{self._mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        return said.encode() + text.encode("utf-8", "replace") + b"\r\n"

    def _head(self, name: str, file: Path) -> bytes:
        shown = file.name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        said = f'--{self._mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
        return said.encode("utf-8", "replace") + b"Content-Type: application/octet-stream\r\n\r\n"


def _pieces(file: Path, size: int) -> Iterator[bytes]:
    left = size
    with file.open("rb") as opened:
        while left:
            piece = opened.read(min(PIECE_BYTES, left))
            if not piece:
                raise OSError(f"{file} became shorter while it was sent.")
            left -= len(piece)
            yield piece
