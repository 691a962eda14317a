"""API keys in the database: made, listed, revoked. What opens is told once and kept as a hash only."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select, update

from lenswright.access.roles import Role
from lenswright.access.secret import fingerprint, new_secret, written
from lenswright.errors import Conflict, MalformedRequest, NotFound
from lenswright.storage.access_tables import KeyRow
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database

DAY_S = 86_400
LONGEST_NAME, MOST_PER_MINUTE, MOST_DAYS = 40, 1_000_000, 36_500
NAME = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{{0,{LONGEST_NAME - 2}}}[A-Za-z0-9._@-])?")


@dataclass(frozen=True)
class Key:
    """One key without its secret. Times are epoch seconds; `per_minute` is None for the service's limit."""

    id: int
    name: str
    role: Role
    secret_sha256: str = field(repr=False)
    per_minute: int | None
    created_at: float
    created_by: str
    expires_at: float | None
    revoked_at: float | None
    revoked_by: str | None
    last_used_at: float | None

    def state(self, now: float) -> str:
        """Return `valid`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


@dataclass(frozen=True)
class KeyWish:
    """A key that is wanted. Raises MalformedRequest for a name, a limit or a time that cannot be."""

    name: str
    role: Role
    per_minute: int | None = None
    expires_days: float | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise MalformedRequest(
                f"Expected a name of 1 to {LONGEST_NAME} letters, digits, spaces and ._@-, from the first to"
                f" the last visible. Received: {self.name!r}."
            )
        if self.per_minute is not None and not 1 <= self.per_minute <= MOST_PER_MINUTE:
            raise MalformedRequest(
                f"Expected per_minute from 1 to {MOST_PER_MINUTE}. Received: {self.per_minute}."
            )
        if self.expires_days is not None and not 0 < self.expires_days <= MOST_DAYS:
            raise MalformedRequest(
                f"Expected more than 0 and at most {MOST_DAYS} days. Received: {self.expires_days:g}."
            )


class Keys:
    """All keys of one database. Every method raises StorageFailure."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self.clock = database, clock

    def create(self, wish: KeyWish, by: str) -> tuple[Key, str]:
        """Return the new key, and what is sent to use it: it is told now and never again.

        Raises Conflict if a valid key has that name: the audit log would not tell them apart.
        """
        now, secret = self.clock(), new_secret()
        days = wish.expires_days
        with self._database.writing() as session:
            same = session.scalars(select(KeyRow).where(KeyRow.name == wish.name))
            if any(_key(row).state(now) == "valid" for row in same):
                raise Conflict(
                    f"There is a valid key {wish.name!r} already; revoke it, or choose another name."
                )
            row = KeyRow(
                name=wish.name, role=wish.role.title, secret_sha256=fingerprint(secret),
                per_minute=wish.per_minute, created_at=now, created_by=by,
                expires_at=None if days is None else now + days * DAY_S,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _key(row), written(row.id, secret)

    def revoke(self, key_id: int, by: str) -> Key:
        """Let the key open nothing from now on, and return it; one that is revoked stays as it is.

        Raises NotFound.
        """
        with self._database.writing() as session:
            row = session.get(KeyRow, key_id) if 0 < key_id <= LARGEST_ID else None
            if row is None:
                raise NotFound("key", key_id)
            if row.revoked_at is None:
                row.revoked_at, row.revoked_by = self.clock(), by
            return _key(row)

    def all(self) -> list[Key]:
        """Return every key that ever was, newest first."""
        with self._database.reading() as session:
            return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.id.desc()))]

    def unrevoked(self) -> dict[int, Key]:
        """Return the keys that may open something, by id; some may have expired."""
        query = select(KeyRow).where(KeyRow.revoked_at.is_(None))
        with self._database.reading() as session:
            return {row.id: _key(row) for row in session.scalars(query)}

    def has_admin(self) -> bool:
        """Return whether there is a valid key of role admin."""
        now = self.clock()
        return any(key.role is Role.ADMIN and key.state(now) == "valid" for key in self.unrevoked().values())

    def note_use(self, used: Mapping[int, float]) -> None:
        """Write when keys (id: epoch seconds) were used last, unless another instance saw a later use."""
        with self._database.writing() as session:
            for key_id, at in used.items():
                earlier = or_(KeyRow.last_used_at.is_(None), KeyRow.last_used_at < at)
                session.execute(update(KeyRow).where(KeyRow.id == key_id, earlier).values(last_used_at=at))


def _key(row: KeyRow) -> Key:
    return Key(
        id=row.id, name=row.name, role=Role[row.role.upper()], secret_sha256=row.secret_sha256,
        per_minute=row.per_minute, created_at=row.created_at, created_by=row.created_by,
        expires_at=row.expires_at, revoked_at=row.revoked_at, revoked_by=row.revoked_by,
        last_used_at=row.last_used_at,
    )  # fmt: skip
