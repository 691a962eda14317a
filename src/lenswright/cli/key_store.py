"""The commands that write into the store of keys themselves, with the service's own settings.

Whoever may write into the home may make a key: there must be a way to the first one, also while no service
runs or may start. Each change is in the audit log as those over HTTP are.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lenswright.access.audit import AuditTrail, Deed
from lenswright.access.keys import Key, Keys, KeyWish
from lenswright.access.roles import role_of
from lenswright.cli import access_tables
from lenswright.cli.client import Json
from lenswright.cli.os_user import os_user
from lenswright.cli.service_home import service_settings
from lenswright.cli.session import DONE, Session
from lenswright.storage.database import Database, open_database

ONCE = "It is told this once: only its hash is kept."


def create(session: Session) -> int:
    """Make a key and print it. Raises MalformedRequest, Conflict or StorageFailure."""
    given = session.given
    wish = KeyWish(given.name, role_of(given.role), given.per_minute, given.expires)
    with _opened(session) as (keys, trail, home):
        deed = Deed(os_user(), "lenswright keys create", wish.name)
        with trail.recording(deed) as said:
            key, secret = keys.create(wish, by=os_user())
            said |= {"id": key.id, "name": key.name, "role": key.role.title}
    session.warn(f"Key {key.id}, {key.name!r}, of role {key.role.title}, in the home {home}. {ONCE}")
    session.answer(_entry(key, keys.clock()) | {"key": secret}, secret)
    return DONE


def list_all(session: Session) -> int:
    """List every key that ever was. Raises StorageFailure."""
    with _opened(session) as (keys, _, home):
        found = [_entry(key, keys.clock()) for key in keys.all()]
    session.warn(f"Keys of the home {home}")
    session.answer({"keys": found}, access_tables.keys(found) if found else "There are no keys.")
    return DONE


def revoke(session: Session) -> int:
    """Revoke a key. Raises NotFound or StorageFailure."""
    with _opened(session) as (keys, trail, home):
        deed = Deed(os_user(), "lenswright keys revoke", str(session.given.key))
        with trail.recording(deed) as said:
            key = keys.revoke(session.given.key, by=os_user())
            said |= {"id": key.id, "name": key.name}
    told = f"Key {key.id}, {key.name!r}, opens nothing any more; running instances of {home} know within 3 s."
    session.answer(_entry(key, keys.clock()), told)
    return DONE


@contextmanager
def _opened(session: Session) -> Iterator[tuple[Keys, AuditTrail, Path]]:
    """Lend the keys and the audit log of the home, and say where that is."""
    settings = service_settings(session.given.home)
    database: Database
    with closing(open_database(settings.database)) as database:
        trail = AuditTrail(database, keep_days=settings.audit_days)
        yield Keys(database), trail, settings.home.resolve()


def _entry(key: Key, now: float) -> Json:
    """Return a key as the API tells of it."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.title,
        "state": key.state(now),
        "per_minute": key.per_minute,
        "created_at": _iso(key.created_at),
        "created_by": key.created_by,
        "expires_at": _iso(key.expires_at),
        "revoked_at": _iso(key.revoked_at),
        "revoked_by": key.revoked_by,
        "last_used_at": _iso(key.last_used_at),
    }


def _iso(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
