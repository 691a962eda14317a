"""Epoch seconds in, ISO 8601 in UTC out: the one form of time in JSON."""

from datetime import UTC, datetime

from lenswright.errors import MalformedRequest


def iso(at: float) -> str:
    """Return e.g. `2026-11-21T07:08:09.123Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: float | None) -> str | None:
    """Return `iso(at)`, or None for None."""
    return None if at is None else iso(at)


def moment(text: str) -> float:
    """Return the epoch seconds of an ISO 8601 time, UTC unless it says otherwise. Raises MalformedRequest."""
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as exc:
        raise MalformedRequest(f"Expected a time such as 2026-11-21T08:00:00Z. Received: {text!r}.") from exc
