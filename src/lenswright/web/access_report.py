"""Keys and entries of the audit log as JSON."""

from typing import Any

from lenswright.access.audit import Audited
from lenswright.access.keys import Key
from lenswright.web.times import iso, iso_or_none


def key_entry(key: Key, now: float) -> dict[str, Any]:
    """Return a key as all may know it; nothing in it opens anything."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.title,
        "state": key.state(now),
        "per_minute": key.per_minute,
        "created_at": iso(key.created_at),
        "created_by": key.created_by,
        "expires_at": iso_or_none(key.expires_at),
        "revoked_at": iso_or_none(key.revoked_at),
        "revoked_by": key.revoked_by,
        "last_used_at": iso_or_none(key.last_used_at),
    }


def audit_entry(entry: Audited) -> dict[str, Any]:
    """Return one entry of the audit log."""
    deed = entry.deed
    return {
        "id": entry.id,
        "at": iso(entry.at),
        "by": deed.by,
        "role": deed.role,
        "key_id": deed.key_id,
        "address": deed.address,
        "action": deed.action,
        "target": deed.target,
        "outcome": entry.outcome,
        "detail": dict(deed.detail),
        "request_id": deed.request_id,
        "instance": deed.instance,
    }
