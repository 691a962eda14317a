"""Keys over HTTP: made once, listed without what opens, revoked everywhere."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lenswright.web.schemas.access import KeyEntry, KeyMadeAnswer, KeysAnswer
from tests.web.answers import body, problem
from tests.web.house import House, open_house

LAB = {"name": "lab-3", "role": "labeller"}


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    opened = open_house(tmp_path, database_url=database_url)
    yield opened
    opened.services.close()


def make(house: House, **wish: Any) -> Any:
    return body(house.ask("POST /keys", "admin", json={**LAB, **wish}), KeyMadeAnswer, 201)


def test_a_key_that_was_just_made_opens_what_its_role_may(house: House) -> None:
    made = make(house, per_minute=60, expires_days=90)
    assert (made["name"], made["role"], made["state"], made["per_minute"]) == (
        "lab-3",
        "labeller",
        "valid",
        60,
    )
    assert made["created_by"] == "key 'the admin' from 127.0.0.1"
    house.keys["lab-3"] = made["key"]
    assert house.ask("GET /status", "lab-3").status_code == 200
    assert house.ask("POST /train", "lab-3").status_code == 403


def test_keys_are_listed_without_what_opens(house: House) -> None:
    made = make(house)
    answer = house.ask("GET /keys", "admin")
    listed = body(answer, KeysAnswer)
    assert [key["name"] for key in listed["keys"]][:2] == ["lab-3", "the admin"]
    assert listed["needed"] is True
    assert made["key"] not in answer.text
    assert "sha256" not in answer.text


def test_a_revoked_key_opens_nothing_at_once_here_and_within_three_seconds_elsewhere(
    house: House,
) -> None:
    made = make(house)
    house.keys["lab-3"] = made["key"]
    other = House(*_another_instance(house), house.keys)
    other.services.keys.start()
    try:
        assert other.ask("GET /status", "lab-3").status_code == 200
        gone = body(house.ask(f"POST /keys/{made['id']}/revoke", "admin"), KeyEntry)
        revoked_at = time.monotonic()
        assert (gone["state"], gone["revoked_by"]) == ("revoked", "key 'the admin' from 127.0.0.1")
        problem(house.ask("GET /status", "lab-3"), 401, "invalid_key")
        while other.ask("GET /status", "lab-3").status_code != 401:
            assert time.monotonic() - revoked_at < 3.0
            time.sleep(0.02)
    finally:
        other.services.close()


def _another_instance(house: House) -> tuple[Any, Any]:
    from lenswright.web.app import create_app
    from lenswright.web.services import build_services

    services = build_services(house.services.settings)
    return services, create_app(services.settings, services)


@pytest.mark.parametrize(
    ("wish", "status", "code", "said"),
    [
        ({"name": None}, 400, "malformed_request", "'name'"),
        ({"name": 7}, 400, "malformed_request", "'name'"),
        ({"name": "the admin"}, 409, "conflict", "'the admin'"),
        ({"role": "root"}, 400, "malformed_request", "viewer, labeller, trainer, admin"),
        ({"role": None}, 400, "malformed_request", "'role'"),
        ({"per_minute": 0}, 400, "malformed_request", "per_minute"),
        ({"per_minute": "many"}, 400, "malformed_request", "per_minute"),
        ({"expires_days": -1}, 400, "malformed_request", "days"),
        ({"expires_days": "soon"}, 400, "malformed_request", "expires_days"),
        ({"expires_days": True}, 400, "malformed_request", "expires_days"),
        ({"roel": "viewer"}, 400, "malformed_request", "'roel'"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    house: House, wish: dict[str, Any], status: int, code: str, said: str
) -> None:
    assert said in problem(house.ask("POST /keys", "admin", json={**LAB, **wish}), status, code)


def test_a_key_that_is_not_there_is_not_found(house: House) -> None:
    problem(house.ask("POST /keys/99/revoke", "admin"), 404, "not_found")
    assert house.ask(f"POST /keys/{2**40}/revoke", "admin").status_code == 404
