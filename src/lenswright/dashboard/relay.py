"""The dashboard server's own routes: uploads, photos and files pass through here to and from the API.

So the browser talks to one origin only: no CORS, and no API key would ever reach it. Bodies are streamed
both ways, never held. A POST must carry a header that no other web site can make a browser send.
"""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request
from requests import Response as ApiResponse

from lenswright.dashboard.api_client import ApiClient
from lenswright.errors import ApiAway

CHUNK_BYTES = 64 * 1024
PHOTO_TIMEOUT_S = 10.0
PREDICT_TIMEOUT_S = 60.0
EXPORT_TIMEOUT_S = 300.0  # until the first photo, and between two; a data set may take hours in all
UPLOAD_TIMEOUT_S = 900.0  # a large zip is unpacked and checked before the API answers
PASSED_ON = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "ETag",
    "Cache-Control",
    "Last-Modified",
)
OWN_HEADER = ("X-Requested-With", "lenswright")


class Body:
    """The body of the present request, with its length, as `requests` wants it for streaming."""

    def __init__(self) -> None:
        self._stream, self._length = request.stream, request.content_length or 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK_BYTES), b"")

    def read(self, n_bytes: int = CHUNK_BYTES) -> bytes:
        """Return up to `n_bytes` as they arrive from the browser."""
        return self._stream.read(n_bytes)


def relay(api: ApiClient) -> Blueprint:
    """Return the routes under /relay."""
    routes = Blueprint("relay", __name__, url_prefix="/relay")

    @routes.errorhandler(ApiAway)
    def away(exc: ApiAway) -> tuple[Response, int]:
        return _problem(503, exc.code, str(exc))

    @routes.post("/upload")
    def upload() -> Any:
        return _send(api, "/upload-data", UPLOAD_TIMEOUT_S)

    @routes.post("/predict")
    def predict() -> Any:
        return _send(api, "/predict", PREDICT_TIMEOUT_S)

    @routes.get("/thumbnail/<int:photo>")
    def thumbnail(photo: int) -> Response:
        return _fetch(api, f"/dataset/images/{photo}/thumbnail")

    @routes.get("/photo/<int:photo>")
    def full_photo(photo: int) -> Response:
        return _fetch(api, f"/dataset/images/{photo}")

    @routes.get("/export")
    def export() -> Response:
        query = {"task": request.args["task"]} if "task" in request.args else {}
        return _fetch(api, "/dataset/export", timeout_s=EXPORT_TIMEOUT_S, params=query)

    @routes.get("/models/<version>/files/<name>")
    def file(version: str, name: str) -> Response:
        return _fetch(api, f"/models/{version}/files/{name}")

    return routes


def _send(api: ApiClient, path: str, timeout_s: float) -> Any:
    if request.headers.get(OWN_HEADER[0]) != OWN_HEADER[1]:
        return _problem(403, "foreign_request", "Expected a request of this dashboard's own pages.")
    headers = {"Content-Type": request.content_type or "application/octet-stream"}
    query = request.args.to_dict()
    return _pass(api.stream("POST", path, timeout_s=timeout_s, data=Body(), headers=headers, params=query))


def _fetch(api: ApiClient, path: str, *, timeout_s: float = PHOTO_TIMEOUT_S, **options: Any) -> Response:
    headers = {"Accept-Encoding": "identity"}  # so that the length stays that of what is passed on
    if "If-None-Match" in request.headers:
        headers["If-None-Match"] = request.headers["If-None-Match"]
    return _pass(api.stream("GET", path, timeout_s=timeout_s, headers=headers, **options))


def _pass(answer: ApiResponse) -> Response:
    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    response = Response(answer.iter_content(CHUNK_BYTES), answer.status_code, headers)
    response.call_on_close(answer.close)
    return response


def _problem(status: int, code: str, detail: str) -> tuple[Response, int]:
    response = jsonify({"title": code, "status": status, "code": code, "detail": detail})
    response.content_type = "application/problem+json"
    return response, status
