"""How many requests a client may send, and what it is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lenswright.access.keys import KeyWish
from lenswright.access.roles import Role
from lenswright.errors import SettingsError
from lenswright.web.app import create_app
from lenswright.web.counting import MemoryCounter
from lenswright.web.health_check import PATHS
from lenswright.web.limiting import RateLimits, client_of
from lenswright.web.services import Services
from tests.models import photo_of
from tests.web.answers import file, problem
from tests.web.conftest import Begin
from tests.web.house import House, open_house

STRANGER, OTHER = "203.0.113.9", "203.0.113.10"
WRONG = "lw_1_" + "0" * 43


def get(client: FlaskClient, path: str = "/models", *, of: str = STRANGER, **headers: str) -> TestResponse:
    return client.get(path, environ_base={"REMOTE_ADDR": of}, headers=headers)


def asks(services: Services) -> FlaskClient:
    """Return a client of an app for which time stands still, so that no window ends while a test runs."""
    return create_app(services.settings, replace(services, clock=lambda: 1_000_000_000.0)).test_client()


def statuses(client: FlaskClient, times: int, **more: Any) -> list[int]:
    return [get(client, **more).status_code for _ in range(times)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path, requests_per_minute=5, key_requests_per_minute=4, wrong_keys_per_minute=3)
    yield replace(opened, app=asks(opened.services).application)
    opened.services.close()


def made_key(services: Services, name: str, per_minute: int | None) -> dict[str, str]:
    _, secret = services.keys.keys.create(KeyWish(name, Role.VIEWER, per_minute), by="test")
    return {"X-API-Key": secret}


def test_a_stranger_has_a_hundred_requests_a_minute_and_is_told_where_it_stands(begin: Begin) -> None:
    client = asks(begin())
    first = get(client)
    assert first.headers["RateLimit-Limit"] == "100"
    assert first.headers["RateLimit-Remaining"] == "99"
    assert first.headers["RateLimit-Policy"] == "100;w=60"
    assert 1 <= int(first.headers["RateLimit-Reset"]) <= 60
    assert statuses(client, 101, path="/static/docs.js") == [200] * 99 + [429] * 2


def test_a_refusal_says_both_numbers_and_when_to_come_back(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=2))
    statuses(client, 5)
    refused = get(client)
    detail = problem(refused, 429, "rate_limited")
    assert "at most 2 requests without a valid key from one address a minute" in detail
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Remaining"] == "0"


def test_the_log_names_who_exceeds_a_limit_once_in_a_window(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    client = asks(begin(requests_per_minute=2))
    statuses(client, 6)
    told = [line for line in caplog.messages if "exceeds its limit" in line]
    assert told == [
        f"address {STRANGER} exceeds its limit: 2 requests without a valid key from one address in 60 s"
    ]


def test_every_address_has_a_limit_of_its_own(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=2))
    assert statuses(client, 3) == [200, 200, 429]
    assert get(client, of=OTHER).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_has_no_limit(begin: Begin, address: str) -> None:
    client = asks(begin(requests_per_minute=1))
    assert statuses(client, 5, of=address) == [200] * 5
    assert "RateLimit-Limit" not in get(client, of=address).headers


def test_health_is_always_told_and_a_browser_may_always_ask_whether_it_may(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=1))
    statuses(client, 4)
    assert get(client, "/health/live").status_code == 200
    assert client.options("/models", environ_base={"REMOTE_ADDR": STRANGER}).status_code == 200


def test_the_questions_of_health_are_all_that_there_are(begin: Begin) -> None:
    rules = create_app(begin().settings).url_map.iter_rules()
    assert {rule.rule for rule in rules if rule.endpoint.startswith("health.")} == PATHS


def test_zero_is_no_limit(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=0))
    assert set(statuses(client, 110, path="/static/docs.js")) == {200}


def test_forged_headers_neither_lift_a_limit_nor_put_it_on_others(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=2))
    for number in range(6):
        get(client, **{"X-Forwarded-For": f"198.51.100.{number}, 127.0.0.1", "Forwarded": "for=127.0.0.1"})
    assert get(client, **{"X-Forwarded-For": "127.0.0.1"}).status_code == 429
    assert get(client, of="198.51.100.0").status_code == 200


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=2, trusted_proxies="10.0.0.0/8", require_keys="no"))

    def through(chain: str) -> int:
        return get(client, of="10.0.0.1", **{"X-Forwarded-For": chain}).status_code

    assert [through(STRANGER) for _ in range(3)] == [200, 200, 429]
    assert through(f"127.0.0.1, {STRANGER}") == 429  # forged, through the proxy
    assert through(OTHER) == 200


def test_a_proxy_on_this_machine_that_nobody_named_is_warned_of_once(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    client = asks(begin())
    for _ in range(3):
        get(client, of="127.0.0.1", **{"X-Forwarded-For": STRANGER})
    warnings = [line for line in caplog.messages if "LENSWRIGHT_TRUSTED_PROXIES" in line]
    assert len(warnings) == 1


def test_a_key_without_a_limit_of_its_own_has_that_of_the_setting(house: House) -> None:
    key = {"X-API-Key": house.keys["viewer"]}
    assert statuses(house.client, 6, **key) == [200] * 4 + [429] * 2
    detail = problem(get(house.client, of=OTHER, **key), 429, "rate_limited")  # from wherever it is used
    assert "4 requests with this key" in detail
    assert get(house.client, **{"X-API-Key": house.keys["admin"]}).status_code == 200


def test_a_key_keeps_the_limit_that_it_was_made_with_on_loopback_too(house: House) -> None:
    slow, fast = made_key(house.services, "slow", 2), made_key(house.services, "fast", 50)
    assert statuses(house.client, 3, of="127.0.0.1", **slow) == [200, 200, 429]
    assert get(house.client, **fast).headers["RateLimit-Limit"] == "50"


def test_who_lacks_a_key_must_not_ask_without_end_either(house: House) -> None:
    assert statuses(house.client, 6) == [401] * 5 + [429]


def test_who_tries_keys_is_stopped_soon_and_no_right_key_is_let_in_from_there(house: House) -> None:
    wrong = {"Authorization": f"Bearer {WRONG}"}
    assert statuses(house.client, 5, **wrong) == [401] * 3 + [429] * 2
    right = {"X-API-Key": house.keys["viewer"]}
    assert "wrong keys" in problem(get(house.client, **right), 429, "rate_limited")
    assert get(house.client, of=OTHER, **right).status_code == 200


def test_wrong_keys_from_loopback_lock_nobody_out(house: House) -> None:
    statuses(house.client, 8, of="127.0.0.1", **{"X-API-Key": WRONG})
    assert get(house.client, of="127.0.0.1", **{"X-API-Key": house.keys["viewer"]}).status_code == 200


def test_a_wrong_key_is_no_way_around_the_limit_where_none_is_needed(begin: Begin) -> None:
    client = asks(begin(requests_per_minute=3, wrong_keys_per_minute=0))
    found = [get(client, **{"X-API-Key": f"lw_{number}_{'0' * 43}"}).status_code for number in range(1, 8)]
    assert 429 in found


def test_a_batch_is_one_request(begin: Begin, with_model: None) -> None:
    client = asks(begin(requests_per_minute=10))
    photos = {"images": [file(photo_of(0)) for _ in range(4)]}
    answer = client.post("/predict/batch", data=photos, environ_base={"REMOTE_ADDR": STRANGER})
    assert (answer.status_code, answer.headers["RateLimit-Remaining"]) == (200, "9")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "address 203.0.113.9"),
        ("::ffff:203.0.113.9", "address 203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "address 2001:db8:1:3::/64"),
        ("", "address unknown"),
        ("::1", None),
    ],
)
def test_addresses_are_counted_singly_in_ipv4_and_by_their_64_bits_in_ipv6(
    address: str, name: str | None
) -> None:
    assert client_of(address) == name


def test_a_window_ends_when_it_was_told_to() -> None:
    now = [1_000.0]
    limits = RateLimits(MemoryCounter(lambda: now[0]), clock=lambda: now[0])
    standings = [limits.take("a", 3) for _ in range(5)]
    assert [standing.exceeded for standing in standings] == [False, False, False, True, True]
    now[0] += standings[-1].reset_s - 0.5
    assert limits.take("a", 3).used == 6
    now[0] += 0.5
    assert limits.take("a", 3).used == 1


def test_windows_of_different_clients_end_at_different_moments() -> None:
    limits = RateLimits(MemoryCounter(), clock=lambda: 1_000.0)
    ends = {limits.take(f"address 203.0.113.{number}", 3).reset_s for number in range(50)}
    assert len(ends) > 10


def test_an_unusable_storage_is_named_at_the_start_without_its_password(begin: Begin) -> None:
    services = begin(limit_storage_url="nosuch://me:hunter2hunter2@host")
    with pytest.raises(SettingsError, match="LENSWRIGHT_LIMIT_STORAGE_URL") as refused:
        create_app(services.settings, services)
    assert "hunter2" not in str(refused.value)
