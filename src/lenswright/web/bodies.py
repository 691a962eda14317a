"""The bodies of requests in, Python values out; nothing here trusts what came."""

import base64
import binascii
import json
import math
import string
from collections.abc import Collection, Iterable
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from lenswright.errors import MalformedRequest

PHOTO_FIELDS = ("image", "file")
MOST_SHOWN = 50
MOST_JSON_PARTS = 1_000_000
_PLAIN_BASE64 = str.maketrans("-_", "+/", string.whitespace)
HOW_TO_SEND_A_PHOTO = (
    "a multipart form with the file in the field 'image', the bytes of the photo as the body,"
    ' or JSON {"image_base64": "..."}'
)


def photo_bytes() -> bytes:
    """Return the one photo of the request, in whichever of the three ways it came.

    Raises MalformedRequest if there is none, UnsupportedMediaType if the body is something else.
    """
    kind = request.mimetype
    if kind == "multipart/form-data":
        return _photo_of_form()
    if kind == "application/json":
        return _photo_of_json(json_object())
    raw_kinds = ("", "application/octet-stream", "application/x-www-form-urlencoded")  # curl sends the last
    if kind not in raw_kinds and not kind.startswith("image/"):
        raise UnsupportedMediaType(f"Expected {HOW_TO_SEND_A_PHOTO}. Received: {kind}.")
    data = _whole_body()
    if not data:
        raise MalformedRequest(f"Expected {HOW_TO_SEND_A_PHOTO}. Received: an empty body.")
    return data


def json_object(known: Collection[str] | None = None) -> dict[str, Any]:
    """Return the JSON object of the body, {} if there is no body; the content type does not matter.

    Raises MalformedRequest if it is no JSON, no object, holds text that is no Unicode or a number that
    is none (NaN, Infinity), or if it has a member that is none of `known`.
    """
    data = _whole_body()
    if not data.strip():
        return {}
    parts = sum(data.count(mark) for mark in (b",", b"[", b"{"))
    if parts > MOST_JSON_PARTS:  # an empty list takes 3 bytes of JSON and 64 of memory
        raise MalformedRequest(f"Expected JSON of at most {MOST_JSON_PARTS} parts. Received: {parts}.")
    try:
        value = json.loads(data, parse_float=_finite, parse_constant=_finite)
        _refuse_half_characters(value)
    except (ValueError, RecursionError) as exc:
        raise MalformedRequest(f"Expected a JSON object as the body. It cannot be read: {exc}.") from exc
    if not isinstance(value, dict):
        raise MalformedRequest(f"Expected a JSON object as the body. Received: {type(value).__name__}.")
    if known is not None:
        refuse_unknown(value, known)
    return value


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """Raise MalformedRequest, naming both, if a member of `given` is none of `known`: it was misspelt."""
    unknown = [name for name in given if name not in known]
    if unknown:
        named = ", ".join(repr(name[:MOST_SHOWN]) for name in unknown[:MOST_SHOWN])
        raise MalformedRequest(
            f"Expected no other members than {', '.join(sorted(known))}. Received: {named}."
        )


def text_field(body: dict[str, Any], name: str) -> str | None:
    """Return a text field of a JSON body, None if it is absent. Raises MalformedRequest for another type."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedRequest(f"Expected {name!r} to be text. Received: {type(value).__name__}.")
    return value


def present_text_field(body: dict[str, Any], name: str) -> str | None:
    """Return a text field that may be null. Raises MalformedRequest if it is absent or of another type."""
    if name not in body:
        raise MalformedRequest(f"Expected {name!r}: text or null. Received: {', '.join(body) or 'nothing'}.")
    return text_field(body, name)


def integer_field(body: dict[str, Any], name: str) -> int | None:
    """Return a whole number of a JSON body, None if absent. Raises MalformedRequest for another type."""
    value = body.get(name)
    if value is not None and not _is_of(value, (int,)):
        raise MalformedRequest(f"Expected {name!r} to be a whole number. Received: {str(value)[:200]}.")
    return value


def flag_field(body: dict[str, Any], name: str) -> bool:
    """Return a true or false of a JSON body, False if absent. Raises MalformedRequest for another type."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise MalformedRequest(f"Expected {name!r} to be true or false. Received: {str(value)[:200]}.")
    return value


def list_field(body: dict[str, Any], name: str, kinds: tuple[type, ...]) -> list[Any]:
    """Take a list out of a JSON body, [] if it is absent. Raises MalformedRequest for other items."""
    value = body.pop(name, None) or []
    if not isinstance(value, list) or not all(_is_of(item, kinds) for item in value):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise MalformedRequest(f"Expected {name!r} to be a list of {expected}. Received: {str(value)[:200]}.")
    return value


def _finite(text: str) -> float:
    """Return a number of JSON. Raises ValueError for what is none, though Python reads it: NaN and 1e999."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:MOST_SHOWN]} is no number")
    return value


def _refuse_half_characters(value: Any) -> None:
    """Raise ValueError if text in `value` has half a surrogate pair, which parses, but is no Unicode."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and not one.isascii():
            one.encode()


def _is_of(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether `value` is of `kinds`; true is no whole number, nor is one that no database can hold."""
    if isinstance(value, int):
        return int in kinds and not isinstance(value, bool) and abs(value) < 2**62
    return isinstance(value, kinds)


def _whole_body() -> bytes:
    """Return the body. Raises RequestEntityTooLarge, also for one that announced no length.

    Werkzeug would silently end such a body at the limit.
    """
    data: bytes = request.get_data(cache=False)
    limit = request.max_content_length
    if limit is not None and request.content_length is None and len(data) >= limit:
        raise RequestEntityTooLarge(f"Expected a body of less than {limit} bytes. Received: more.")
    return data


def _photo_of_form() -> bytes:
    for field in PHOTO_FIELDS:
        if field in request.files:
            return bytes(request.files[field].read())
    as_text = [field for field in PHOTO_FIELDS if field in request.form]
    if as_text:
        raise MalformedRequest(
            f"Expected a file in the field {as_text[0]!r}. Received: text."
            f" With curl write -F {as_text[0]}=@photo.jpg"
        )
    received = ", ".join([*request.files, *request.form]) or "no field"
    raise MalformedRequest(f"Expected a file in the field 'image'. Received: {received}.")


def _photo_of_json(body: dict[str, Any]) -> bytes:
    text = text_field(body, "image_base64")
    if not text:
        raise MalformedRequest(f"Expected {HOW_TO_SEND_A_PHOTO}. Received: JSON without 'image_base64'.")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if not text.isascii():
        raise MalformedRequest("Expected base64 in 'image_base64'. Received: characters that are not ASCII.")
    compact = text.translate(_PLAIN_BASE64).rstrip("=")  # not split: each part would take 50 bytes
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise MalformedRequest(f"Expected base64 in 'image_base64'. It cannot be read: {exc}.") from exc
