"""The body of `POST /keys` in, the key that is wanted out."""

from typing import Any

from lenswright.access.keys import KeyWish
from lenswright.access.roles import role_of
from lenswright.errors import MalformedRequest
from lenswright.web.bodies import integer_field, json_object, text_field
from lenswright.web.schemas.access import KeyBody


def key_wish() -> KeyWish:
    """Return the key that the present request asks for. Raises MalformedRequest."""
    body = json_object(KeyBody.model_fields)
    return KeyWish(
        name=_needed(body, "name"),
        role=role_of(_needed(body, "role")),
        per_minute=integer_field(body, "per_minute"),
        expires_days=_days(body.get("expires_days")),
    )


def _needed(body: dict[str, Any], name: str) -> str:
    value = text_field(body, name)
    if value is None:
        raise MalformedRequest(f"Expected {name!r}: text. Received: {', '.join(body) or 'nothing'}.")
    return value


def _days(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2**62:
        raise MalformedRequest(f"Expected 'expires_days' to be a number. Received: {str(value)[:200]}.")
    return float(value)
