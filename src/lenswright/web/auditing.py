"""Every change that comes over HTTP goes into the audit log: before it is made, and with its outcome.

A change is whatever may alter something: all methods but reading ones, less the predictions. What is refused
because a key is missing or wrong is nobody's change; what a role is too low for is recorded.
"""

from typing import Any

from flask import Flask, Response, g, request

from lenswright.access.audit import Deed
from lenswright.redaction import redacted
from lenswright.web.actor import actor
from lenswright.web.caller import caller
from lenswright.web.openapi import path_of
from lenswright.web.services import services

READING = ("GET", "HEAD", "OPTIONS")
PREDICTING = ("prediction.predict", "prediction_batch.predict_batch")
WORTH_KEEPING = (
    "code",
    "task",
    "edit",
    "batch",
    "run_id",
    "version",
    "previous",
    "changed",
    "id",
    "name",
    "role",
)


def register_auditing(app: Flask) -> None:
    """Let `app` record changes; to be registered after `admit`."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Record the change that the present request asks for. Raises StorageFailure: then it is not made."""
    if changes():
        g.audit_id = services().audit.begin(_deed())


def end(response: Response) -> Response:
    """Record how it ended, with the numbers of what it made: edits, runs, versions."""
    if "audit_id" in g:
        services().audit.end(g.audit_id, str(response.status_code), **_said(response))
    elif g.get("role_too_low") and changes():
        services().audit.refused(_deed(), str(response.status_code))
    return response


def changes() -> bool:
    """Return whether the present request may alter something."""
    endpoint = request.endpoint
    return endpoint is not None and request.method not in READING and endpoint not in PREDICTING


def _deed() -> Deed:
    who, rule = caller(), request.url_rule
    return Deed(
        by=actor(),
        action=f"{request.method} {path_of(rule.rule) if rule else request.path}",
        target=redacted(request.path),
        role=who.role.title if who.role else None,
        key_id=who.key_id,
        address=who.address,
        request_id=g.request_id,
        instance=services().instance.id,
    )


def _said(response: Response) -> dict[str, Any]:
    """Return the few members of an answer that say what it did; never a secret."""
    body = response.get_json(silent=True) if response.is_json and not response.is_streamed else None
    return {name: body[name] for name in WORTH_KEEPING if name in body} if isinstance(body, dict) else {}
