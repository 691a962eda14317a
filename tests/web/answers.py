"""What the tests ask of every answer."""

import io
import zipfile
from typing import Any

from pydantic import BaseModel
from werkzeug.test import TestResponse

File = tuple[io.BytesIO, str]


def file(data: bytes, name: str = "photo.jpg") -> File:
    """Return a file as the test client posts it."""
    return io.BytesIO(data), name


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip of `members`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def body(response: TestResponse, model: type[BaseModel], status: int = 200) -> Any:
    """Return the JSON of an answer that has the documented shape."""
    assert response.status_code == status, response.text
    model.model_validate(response.json)
    return response.json


def problem(response: TestResponse, status: int, code: str) -> str:
    """Return the detail of a refusal, which is a whole problem document."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    said: dict[str, Any] = response.json
    assert said["code"] == code, said
    assert (said["status"], said["type"]) == (status, "about:blank")
    assert said["request_id"] == response.headers["X-Request-ID"]
    assert said["title"]
    detail: str = said["detail"]
    return detail
