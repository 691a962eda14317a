"""Keys and entries of the audit log as lines of text. Pure functions on the API's JSON."""

from collections.abc import Sequence

from lenswright.cli.client import Json
from lenswright.cli.tables import ABSENT, aligned


def keys(rows: Sequence[Json]) -> str:
    """Return the table of keys."""
    heads = ["id", "name", "role", "state", "a minute", "made", "expires", "used last"]
    cells = [
        [
            *(str(row["id"]), row["name"], row["role"], row["state"], str(row["per_minute"] or ABSENT)),
            *(_moment(row["created_at"]), _moment(row["expires_at"]), _moment(row["last_used_at"])),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 3, 5, 6, 7))


def entries(rows: Sequence[Json]) -> str:
    """Return the table of the audit log."""
    heads = ["id", "when", "by", "action", "target", "outcome", "what"]
    cells = [
        [
            *(str(row["id"]), _moment(row["at"]), row["by"], row["action"], row["target"]),
            *(row["outcome"] or "no end", _detail(row["detail"])),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 3, 4, 5, 6))


def _moment(iso: str | None) -> str:
    """Return `2026-11-21 08:01:02`, in UTC as the API tells it."""
    return (iso or "")[:19].replace("T", " ") or ABSENT


def _detail(said: Json) -> str:
    return " ".join(f"{name}={value}" for name, value in said.items() if value is not None) or ABSENT
