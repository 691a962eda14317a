"""What happens around every request: its id, its size limit, and the note of how it was answered."""

import contextlib
import logging
import random
import re
import time
from functools import partial
from http import HTTPStatus

from apiflask import APIFlask
from flask import Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.exceptions import RequestEntityTooLarge

from lenswright.errors import MalformedRequest
from lenswright.redaction import redacted
from lenswright.settings import Settings
from lenswright.web.recording import record

_log = logging.getLogger(__name__)

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
DRAIN_BYTES = 32_000_000
_random = random.Random()  # ids are no secret, and a call of the system lets go of the interpreter


def register_lifecycle(app: APIFlask, settings: Settings) -> None:
    """Give every request of `app` an id, a limit and a record."""
    most = settings.max_request_bytes
    one_photo = min(most, settings.max_file_bytes * 4 // 3 + 1_000_000)  # base64 in JSON, and its frame
    limits = {
        "upload.upload_data": most,
        "prediction_batch.predict_batch": most,
        "prediction.predict": one_photo,
        "review.feedback": one_photo,
    }
    no_photo = min(most, settings.max_json_bytes)
    app.before_request(begin)
    app.before_request(lambda: refuse_large(limits.get(request.endpoint or "", no_photo)))
    app.before_request(refuse_nul)
    app.after_request(partial(end, log_all=settings.log_requests == "all"))


def begin() -> None:
    """Take the time and the id of the request; a sane id of the client's own is kept."""
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    usable = SANE_ID.fullmatch(given) and redacted(given) == given  # it is kept: a key must not be
    g.request_id = given if usable else f"{_random.getrandbits(64):016x}"
    bind_contextvars(request_id=g.request_id)


def end(response: Response, *, log_all: bool) -> Response:
    """Stamp and record the answer; log it if it is a refusal, or `log_all`, which costs 0.1 ms for each."""
    duration_s = time.perf_counter() - g.began
    response.headers["X-Request-ID"] = g.request_id
    refused = response.status_code >= HTTPStatus.BAD_REQUEST
    if refused:
        drain()
    record(response, duration_s)
    if refused or log_all:
        told = {"status": response.status_code, "duration_ms": round(duration_s * 1e3, 3)}
        _log.info("%s %s -> %d", request.method, request.path, response.status_code, extra=told)
    clear_contextvars()
    return response


def refuse_nul() -> None:
    """Refuse an address with a NUL, which not every database can be asked for."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise MalformedRequest("Expected an address without NUL characters.")


def refuse_large(limit_bytes: int) -> None:
    """Refuse a body larger than `limit_bytes` by its announced length, before a byte of it is read."""
    request.max_content_length = limit_bytes  # also ends a body that announces no length
    if (request.content_length or 0) > limit_bytes:
        raise RequestEntityTooLarge(
            f"Expected a body of at most {limit_bytes} bytes. Received: {request.content_length}."
        )


def drain() -> None:
    """Read and forget what is left of a refused body, if it is not much.

    A connection closed on a client that still sends would lose it the answer. One that waits for
    `100 Continue` has sent nothing yet, and a very large body is cut.
    """
    announced = request.content_length or (DRAIN_BYTES if request.headers.get("Transfer-Encoding") else 0)
    if not announced or announced > DRAIN_BYTES or "Expect" in request.headers:
        return
    left, stream = DRAIN_BYTES, request.environ["wsgi.input"]
    with contextlib.suppress(OSError):  # the client stalls or is gone
        while left > 0 and (chunk := stream.read(min(65_536, left))):
            left -= len(chunk)
