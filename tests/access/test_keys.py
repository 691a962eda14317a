"""Keys in the database: made, listed, revoked."""

import pytest
from sqlalchemy import text

from lenswright.access.keys import DAY_S, Keys, KeyWish
from lenswright.access.roles import Role
from lenswright.errors import Conflict, MalformedRequest, NotFound
from lenswright.storage.database import Database

LAB = KeyWish("lab-3", Role.LABELLER)


class Clock:
    """A clock that stands still until it is set."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, clock: Clock) -> Keys:
    return Keys(database, clock)


def test_a_key_is_told_once_and_kept_as_a_hash_only(keys: Keys, database: Database) -> None:
    key, secret = keys.create(LAB, by="tom")
    assert (key.id, key.name, key.role, key.created_by) == (1, "lab-3", Role.LABELLER, "tom")
    assert secret.startswith("lw_1_")
    with database.reading() as session:
        kept = str(session.execute(text("SELECT * FROM api_keys")).all())
    assert secret.rpartition("_")[2] not in kept
    assert key.secret_sha256 not in repr(key)


def test_keys_are_listed_newest_first_also_the_revoked_ones(keys: Keys) -> None:
    first, _ = keys.create(LAB, by="tom")
    keys.create(KeyWish("ci", Role.ADMIN, per_minute=7), by="tom")
    keys.revoke(first.id, by="ann")
    assert [(key.name, key.per_minute, key.revoked_by) for key in keys.all()] == [
        ("ci", 7, None),
        ("lab-3", None, "ann"),
    ]
    assert [*keys.unrevoked()] == [2]


def test_a_key_expires_by_itself(keys: Keys, clock: Clock) -> None:
    key, _ = keys.create(KeyWish("visitor", Role.VIEWER, expires_days=2), by="tom")
    assert key.state(clock.now + 2 * DAY_S - 1) == "valid"
    assert key.state(clock.now + 2 * DAY_S) == "expired"


def test_a_name_is_free_again_once_its_key_opens_nothing(keys: Keys, clock: Clock) -> None:
    key, _ = keys.create(LAB, by="tom")
    with pytest.raises(Conflict, match="'lab-3'"):
        keys.create(LAB, by="tom")
    keys.revoke(key.id, by="tom")
    keys.create(KeyWish("lab-3", Role.VIEWER, expires_days=1), by="tom")
    clock.now += 2 * DAY_S
    assert keys.create(LAB, by="tom")[0].id == 3


def test_a_revoked_key_stays_as_it_was_revoked_first(keys: Keys, clock: Clock) -> None:
    key, _ = keys.create(LAB, by="tom")
    revoked = keys.revoke(key.id, by="ann")
    clock.now += 5
    assert keys.revoke(key.id, by="eve") == revoked
    assert revoked.state(clock.now) == "revoked"


@pytest.mark.parametrize("key_id", [0, -1, 7, 2**31, 2**70])
def test_a_key_that_is_not_there_cannot_be_revoked(keys: Keys, key_id: int) -> None:
    with pytest.raises(NotFound, match="key"):
        keys.revoke(key_id, by="tom")


def test_an_admin_is_only_who_has_a_valid_key(keys: Keys, clock: Clock) -> None:
    assert not keys.has_admin()
    keys.create(KeyWish("t", Role.TRAINER), by="tom")
    assert not keys.has_admin()
    key, _ = keys.create(KeyWish("boss", Role.ADMIN, expires_days=1), by="tom")
    assert keys.has_admin()
    clock.now += DAY_S
    assert not keys.has_admin()
    clock.now -= DAY_S
    keys.revoke(key.id, by="tom")
    assert not keys.has_admin()


def test_of_two_uses_the_later_one_is_kept(keys: Keys) -> None:
    key, _ = keys.create(LAB, by="tom")
    keys.note_use({key.id: 50.0})
    keys.note_use({key.id: 40.0, 99: 1.0})
    assert keys.all()[0].last_used_at == 50.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 41}, "name"),
        ({"name": " lab"}, "name"),
        ({"name": "lab\n3"}, "name"),
        ({"name": "läb"}, "name"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 10**9}, "per_minute"),
        ({"expires_days": 0}, "days"),
        ({"expires_days": float("nan")}, "days"),
        ({"expires_days": 1e9}, "days"),
    ],
)
def test_a_key_that_cannot_be_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(MalformedRequest, match=said):
        KeyWish(**{"name": "lab", "role": Role.VIEWER, **wrong})  # type: ignore[arg-type]
