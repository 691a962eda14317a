"""Errors out as `application/problem+json` (RFC 9457): one table, one shape.

A client's mistake never becomes a 500; what does is our own, and is logged with its traceback.
"""

import logging
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lenswright import errors
from lenswright.access import refusals as access
from lenswright.redaction import redacted
from lenswright.web import refusals

_log = logging.getLogger(__name__)

STATUS: dict[type[errors.LenswrightError], int] = {
    errors.MalformedRequest: 400,
    access.AccessRefused: 401,
    access.RoleTooLow: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.ImageTooLarge: 413,
    errors.ImageError: 415,
    errors.InputRefused: 422,
    errors.BundleRefused: 422,
    errors.Unavailable: 503,
    refusals.UnexpectedHost: 421,
    refusals.ForeignPage: 403,
    refusals.RateLimited: 429,
    errors.LenswrightError: 500,
}
CODES = {
    400: "malformed_request",
    404: "unknown_path",
    405: "method_not_allowed",
    408: "timeout",
    413: "body_too_large",
    415: "unsupported_media_type",
}


def status_of(error: errors.LenswrightError) -> int:
    """Return the HTTP status of an error: that of its nearest ancestor in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_document(status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """Return the members of a problem document; `extra` ones are added to it."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": redacted(detail),  # which may repeat what came, or what a driver says of its URL
        "code": code,
        "request_id": g.get("request_id"),
        **extra,
    }


def problem(status: int, code: str, detail: str, **extra: Any) -> Response:
    """Return a problem document as an answer."""
    body = problem_document(status, code, detail, **extra)
    return Response(current_app.json.dumps(body), status, content_type="application/problem+json")


def register_problems(app: APIFlask) -> None:
    """Let every error of `app` leave it as a problem document."""
    app.register_error_handler(errors.LenswrightError, _ours)
    app.register_error_handler(HTTPError, _bad_parameter)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: errors.LenswrightError) -> Response:
    status = status_of(error)
    if status >= 500:
        _log.warning("%s: %s", error.code, error)
    response = problem(status, error.code, str(error), **_extra(error))
    if isinstance(error, (errors.Unavailable, refusals.RateLimited)):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        wrong = ', error="invalid_token"' if isinstance(error, access.InvalidKey) else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="lenswright"{wrong}'
    return response


def _extra(error: errors.LenswrightError) -> dict[str, Any]:
    """Return what programs may want to know of an error beside its code."""
    if isinstance(error, errors.RunInProgress):
        return {"run_id": error.run_id}
    return {"role_needed": error.least.title} if isinstance(error, access.RoleTooLow) else {}


def _bad_parameter(error: HTTPError) -> Response:
    """A query parameter that its model refused."""
    fields = [
        f"{field!r}: {'; '.join(messages)}"
        for location in (error.detail or {}).values()
        for field, messages in location.items()
    ]
    return problem(400, "bad_parameter", ". ".join(fields) + ".")


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect
        return Response(error.get_body(), error.code, error.get_headers())
    description = str(error.description)
    if description == RequestEntityTooLarge.description:  # of the framework, which says no numbers
        description = _too_much()
    response = problem(error.code, CODES.get(error.code, "http_error"), description)
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    response.headers.extend(kept)
    return response


def _too_much() -> str:
    return (
        f"Expected a body of at most {request.max_content_length} bytes; in a form at most"
        f" {request.max_form_parts} parts, their text at most {request.max_form_memory_size} bytes."
        " Received: more."
    )


def _unexpected(error: Exception) -> Response:
    _log.exception("unexpected error", exc_info=error)
    return problem(500, "internal_error", "The service failed; its log has the details under the request id.")
