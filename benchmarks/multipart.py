"""Form fields and files in, the body of a multipart request out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BOUNDARY = "lenswright-0d6f1a54c2"  # fixed: no photo holds it by chance


@dataclass(frozen=True)
class FormFile:
    """One file of a form: the field it is sent in, its name and its bytes."""

    field: str
    filename: str
    data: bytes


CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def encode(files: Iterable[FormFile], fields: Mapping[str, str] | None = None) -> bytes:
    """Return the body; send it with the header `Content-Type: CONTENT_TYPE`."""
    parts = [_part(f'name="{name}"', value.encode()) for name, value in (fields or {}).items()]
    parts += [_part(f'name="{file.field}"; filename="{file.filename}"', file.data) for file in files]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(disposition: str, data: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + data + b"\r\n"
