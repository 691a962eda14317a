"""The valid keys in memory: found at once, forgotten within three seconds, whatever the database does."""

import logging
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from lenswright.access.key_ring import KeyRing
from lenswright.access.keys import Keys, KeyWish
from lenswright.access.roles import Role
from lenswright.access.secret import new_secret, written
from lenswright.errors import StorageFailure
from lenswright.storage.database import Database

PROMISED_S = 3.0
LAB = KeyWish("lab-3", Role.LABELLER)


class CountedKeys(Keys):
    """Keys that count how often the database is asked, and may be away."""

    looks = 0
    away = False

    def unrevoked(self):  # type: ignore[no-untyped-def]
        self.looks += 1
        if self.away:
            raise StorageFailure("the database is locked")
        return super().unrevoked()


@pytest.fixture
def keys(database: Database) -> CountedKeys:
    return CountedKeys(database)


@pytest.fixture
def ring(keys: CountedKeys) -> Iterator[KeyRing]:
    """A ring that follows the database."""
    following = KeyRing(keys)
    following.start()
    yield following
    following.close()


def within(limit_s: float, condition) -> bool:  # type: ignore[no-untyped-def]
    ends = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def test_a_key_is_found_as_soon_as_it_is_made(ring: KeyRing, keys: CountedKeys) -> None:
    key, secret = keys.create(LAB, by="tom")  # by another instance: this ring is not told
    assert within(PROMISED_S, lambda: ring.find(secret) == key)


def test_a_request_with_a_known_key_asks_no_database(keys: CountedKeys) -> None:
    ring = KeyRing(keys, look_every_s=3600)
    _, secret = keys.create(LAB, by="tom")
    ring.refresh()
    looks = keys.looks
    assert all(ring.find(secret) for _ in range(50))
    assert keys.looks == looks


def test_a_key_that_another_instance_revoked_opens_nothing_within_three_seconds(
    ring: KeyRing, keys: CountedKeys
) -> None:
    key, secret = keys.create(LAB, by="tom")
    ring.refresh()
    assert ring.find(secret)
    keys.revoke(key.id, by="ann")
    assert within(PROMISED_S, lambda: ring.find(secret) is None)


def test_without_its_thread_a_ring_still_forgets(keys: CountedKeys) -> None:
    ring = KeyRing(keys, look_every_s=0.05)
    key, secret = keys.create(LAB, by="tom")
    assert ring.find(secret)
    keys.revoke(key.id, by="ann")
    assert within(PROMISED_S, lambda: ring.find(secret) is None)


def test_a_key_expires_in_memory_without_a_look(keys: CountedKeys) -> None:
    ring = KeyRing(keys, look_every_s=3600)
    _, secret = keys.create(KeyWish("visitor", Role.VIEWER, expires_days=1), by="tom")
    assert ring.find(secret)
    keys.clock = lambda: time.time() + 86_401
    assert ring.find(secret) is None


@pytest.mark.parametrize("shape", ["wrong secret", "unknown id", "no key at all", ""])
def test_what_is_no_valid_key_finds_nothing(keys: CountedKeys, shape: str) -> None:
    ring = KeyRing(keys)
    key, _ = keys.create(LAB, by="tom")
    sent = {"wrong secret": written(key.id, new_secret()), "unknown id": written(99, new_secret())}
    assert ring.find(sent.get(shape, shape)) is None


def test_a_flood_of_unknown_keys_asks_the_database_a_few_times_a_second(keys: CountedKeys) -> None:
    ring = KeyRing(keys)
    began = time.monotonic()
    for _ in range(200):
        ring.find(written(99, new_secret()))
    assert keys.looks <= 1 + (time.monotonic() - began) / 0.2


def test_known_keys_stay_valid_while_the_database_is_away(
    keys: CountedKeys, caplog: pytest.LogCaptureFixture
) -> None:
    ring = KeyRing(keys, look_every_s=0.0)
    _, secret = keys.create(LAB, by="tom")
    ring.refresh()
    keys.away = True
    with caplog.at_level(logging.WARNING):
        assert ring.find(secret)
    assert "the database is locked" in caplog.text


def test_the_last_use_is_written_by_the_thread_and_at_the_end(keys: CountedKeys, database: Database) -> None:
    ring = KeyRing(keys, look_every_s=0.05, note_every_s=0.05)
    _, secret = keys.create(LAB, by="tom")
    assert ring.find(secret)
    assert keys.all()[0].last_used_at is None
    ring.start()
    assert within(5.0, lambda: keys.all()[0].last_used_at is not None)
    with database.writing() as session:
        session.execute(text("UPDATE api_keys SET last_used_at = NULL"))
    ring.find(secret)
    ring.close()
    assert keys.all()[0].last_used_at is not None


def test_a_key_that_nobody_used_correctly_was_not_used(keys: CountedKeys) -> None:
    ring = KeyRing(keys)
    key, _ = keys.create(LAB, by="tom")
    ring.find(written(key.id, new_secret()))
    ring.close()
    assert keys.all()[0].last_used_at is None
