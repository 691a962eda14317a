"""Epoch seconds in, ISO 8601 in UTC out: the one form of time in JSON."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Return e.g. `2026-11-21T07:08:09.123Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: float | None) -> str | None:
    """Return `iso(at)`, or None for None."""
    return None if at is None else iso(at)
