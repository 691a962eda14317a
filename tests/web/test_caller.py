"""Who asks: by which header a key comes, what counts as one, and what is told of a wrong one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.access.keys import KeyWish
from lenswright.access.roles import Role
from lenswright.access.secret import new_secret, written
from lenswright.web.actor import actor
from lenswright.web.caller import Caller, caller
from tests.models import VERSION
from tests.web.answers import problem
from tests.web.house import House, open_house


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    opened = open_house(tmp_path, database_url=database_url)
    yield opened
    opened.services.close()


@pytest.fixture
def open_to_all(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A service that needs no keys, as on loopback by default."""
    opened = open_house(tmp_path, database_url=database_url, require_keys="auto")
    yield opened
    opened.services.close()


@pytest.mark.parametrize("form", ["Authorization: Bearer {}", "Authorization: bearer {}", "X-API-Key: {}"])
def test_a_key_comes_in_either_header(house: House, form: str) -> None:
    name, _, value = form.format(house.keys["viewer"]).partition(": ")
    assert house.ask("GET /status", headers={name: value}).status_code == 200


def test_the_same_key_may_come_twice_but_not_two_that_differ(house: House) -> None:
    key = house.keys["viewer"]
    both = {"Authorization": f"Bearer {key}", "X-API-Key": key}
    assert house.ask("GET /status", headers=both).status_code == 200
    detail = problem(
        house.ask("GET /status", headers=both | {"X-API-Key": house.keys["admin"]}), 400, "malformed_request"
    )
    assert "two that differ" in detail


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic dG9tOmE="}, {"Authorization": "Bearer"}, {"X-API-Key": " "}],
)
def test_without_a_key_the_answer_says_how_to_send_one(house: House, headers: dict[str, str]) -> None:
    answer = house.ask("GET /status", headers=headers)
    assert "X-API-Key" in problem(answer, 401, "key_needed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lenswright"'


def test_unknown_wrong_revoked_and_expired_keys_get_the_very_same_answer(house: House) -> None:
    keys = house.services.keys.keys
    revoked, gone = keys.create(KeyWish("gone", Role.ADMIN), by="test")
    keys.revoke(revoked.id, by="test")
    _, late = keys.create(KeyWish("late", Role.ADMIN, expires_days=1e-9), by="test")
    wrong = [written(99, new_secret()), written(1, new_secret()), gone, late, "no key at all", "ü" * 20]
    answers = [
        house.ask("GET /status", headers={"X-API-Key": text.encode().decode("latin-1")}) for text in wrong
    ]
    details = {problem(answer, 401, "invalid_key") for answer in answers}
    assert len(details) == 1
    told = {answer.headers["WWW-Authenticate"] for answer in answers}
    assert told == {'Bearer realm="lenswright", error="invalid_token"'}


def test_a_key_in_the_address_is_none(house: House) -> None:
    for name in ("api_key", "key", "access_token", "X-API-Key"):
        answer = house.client.get("/status", query_string={name: house.keys["admin"]})
        problem(answer, 401, "key_needed")


def test_on_loopback_nobody_needs_a_key_but_one_that_comes_counts(open_to_all: House) -> None:
    assert open_to_all.ask("GET /keys").json["needed"] is False
    assert open_to_all.ask("GET /keys", "viewer").status_code == 403
    assert open_to_all.ask("GET /status", headers={"X-API-Key": "wrong"}).status_code == 401


def test_a_wrong_key_closes_nothing_that_is_open(house: House) -> None:
    for path in ("/health/live", "/", "/docs", "/openapi.json", "/static/home.css"):
        assert house.ask(f"GET {path}", headers={"X-API-Key": "wrong"}).status_code == 200


def test_a_browser_may_ask_what_it_may_ask(house: House) -> None:
    assert house.client.options("/train").status_code in (200, 204)


def test_the_caller_is_the_key_and_where_it_came_from(house: House) -> None:
    key, text = house.services.keys.keys.create(KeyWish("lab-3", Role.TRAINER, per_minute=9), by="test")
    with house.app.test_request_context(
        "/status", headers={"X-API-Key": text}, environ_base={"REMOTE_ADDR": "10.0.0.7"}
    ):
        house.app.preprocess_request()
        assert caller() == Caller("lab-3", Role.TRAINER, key.id, "10.0.0.7", 9)
        assert actor() == "key 'lab-3' from 10.0.0.7"
    with house.app.test_request_context("/health", environ_base={"REMOTE_ADDR": "10.0.0.8"}):
        house.app.preprocess_request()
        assert (caller().role, caller().key_id, actor()) == (None, None, "api, 10.0.0.8")


def test_a_long_name_and_address_fit_into_every_trail(house: House) -> None:
    _, text = house.services.keys.keys.create(KeyWish("n" * 40, Role.TRAINER), by="test")
    longest = "abcd:" * 7 + "abcd"
    with house.app.test_request_context(
        "/status", headers={"X-API-Key": text}, environ_base={"REMOTE_ADDR": longest}
    ):
        house.app.preprocess_request()
        assert len(actor()) <= 100


def test_the_start_page_of_a_service_that_needs_keys_says_so_and_nothing_of_its_model(
    tmp_path: Path, database_url: str, with_model: None
) -> None:
    opened = open_house(tmp_path, database_url=database_url)
    opened.services.versions.adopt(None)
    opened.services.live.refresh()
    page = opened.client.get("/").text
    assert "needs a key" in page
    assert VERSION not in page
    opened.services.close()
