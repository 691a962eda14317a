"""Every endpoint with every kind of caller, held against a table: a new role needs a new line in it."""

import re
from collections.abc import Iterator

import pytest

from docs.roles_table import PAGE, endpoints, with_table
from lenswright.access.keys import KeyWish
from lenswright.access.roles import Role
from lenswright.access.secret import new_secret, written
from lenswright.web.app import create_app
from lenswright.web.least_role import OPEN_BY_NATURE, declared
from tests.databases import Databases
from tests.web.house import House, open_house

OPEN = None
LEAST: dict[str, Role | None] = {
    "GET /": OPEN,
    "GET /audit": Role.ADMIN,
    "POST /compare": Role.TRAINER,
    "GET /dataset": Role.VIEWER,
    "GET /dataset/advice": Role.VIEWER,
    "GET /dataset/batches": Role.VIEWER,
    "GET /dataset/batches/{batch_id}": Role.VIEWER,
    "POST /dataset/check": Role.LABELLER,
    "GET /dataset/conflicts": Role.VIEWER,
    "GET /dataset/distribution": Role.VIEWER,
    "GET /dataset/duplicates": Role.VIEWER,
    "GET /dataset/edits": Role.VIEWER,
    "GET /dataset/edits/{edit_id}": Role.VIEWER,
    "POST /dataset/edits/{edit_id}/undo": Role.LABELLER,
    "GET /dataset/export": Role.VIEWER,
    "POST /dataset/fuse": Role.LABELLER,
    "GET /dataset/images": Role.VIEWER,
    "POST /dataset/images/confirm": Role.LABELLER,
    "POST /dataset/images/delete": Role.LABELLER,
    "POST /dataset/images/forget": Role.ADMIN,
    "POST /dataset/images/label": Role.LABELLER,
    "POST /dataset/images/restore": Role.LABELLER,
    "GET /dataset/images/{photo_id}": Role.VIEWER,
    "GET /dataset/images/{photo_id}/details": Role.VIEWER,
    "GET /dataset/images/{photo_id}/thumbnail": Role.VIEWER,
    "GET /dataset/snapshots": Role.VIEWER,
    "GET /dataset/snapshots/{snapshot_id}": Role.VIEWER,
    "GET /dataset/suggestions": Role.VIEWER,
    "GET /docs": OPEN,
    "GET /docs/assets/{name}": OPEN,
    "GET /drift": Role.VIEWER,
    "POST /feedback": Role.LABELLER,
    "GET /health": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /keys": Role.ADMIN,
    "POST /keys": Role.ADMIN,
    "POST /keys/{key_id}/revoke": Role.ADMIN,
    "GET /metrics": Role.VIEWER,
    "GET /models": Role.VIEWER,
    "POST /models/rollback": Role.TRAINER,
    "GET /models/{version}": Role.VIEWER,
    "POST /models/{version}/export": Role.TRAINER,
    "GET /models/{version}/files/{name}": Role.VIEWER,
    "POST /models/{version}/promote": Role.TRAINER,
    "GET /models/{version}/report": Role.VIEWER,
    "GET /openapi.json": OPEN,
    "POST /predict": Role.VIEWER,
    "POST /predict/batch": Role.VIEWER,
    "POST /retrain": Role.TRAINER,
    "GET /review": Role.VIEWER,
    "POST /review/{item_id}": Role.LABELLER,
    "GET /runs": Role.VIEWER,
    "POST /runs/{run_id}/resume": Role.TRAINER,
    "GET /static/{filename}": OPEN,
    "GET /status": Role.VIEWER,
    "POST /train": Role.TRAINER,
    "GET /training-status": Role.VIEWER,
    "GET /training/options": Role.VIEWER,
    "POST /training/stop": Role.TRAINER,
    "POST /tune": Role.TRAINER,
    "POST /upload-data": Role.LABELLER,
}
NO_KEY, WRONG_KEY, REVOKED_KEY = "no key", "a wrong key", "a revoked key"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    with databases.migrated(home) as url:
        opened = open_house(home, database_url=url)
        made = opened.services.keys.keys
        key, opened.keys[REVOKED_KEY] = made.create(KeyWish("gone", Role.ADMIN), by="test")
        made.revoke(key.id, by="test")
        opened.keys[WRONG_KEY] = written(1, new_secret())
        yield opened
        opened.services.close()


def path_of(call: str) -> str:
    """Return a path that the call's rule takes: of things that are not there."""
    path = call.partition(" ")[2].replace("{filename}", "home.css").replace("{name}", "swagger-ui.css")
    return re.sub(r"\{\w+\}", "4711", path)


def test_the_table_names_every_endpoint_and_its_role(house: House) -> None:
    assert endpoints(house.app) == LEAST


def test_every_endpoint_declares_its_role_itself(house: House) -> None:
    silent = [name for name in house.app.view_functions if declared(house.app, name) is None]
    assert sorted(silent) == sorted(OPEN_BY_NATURE)


@pytest.mark.parametrize("sent", [NO_KEY, WRONG_KEY, REVOKED_KEY])
@pytest.mark.parametrize("call", LEAST)
def test_without_a_valid_key_only_what_is_open_answers(house: House, call: str, sent: str) -> None:
    headers = {"X-API-Key": house.keys[sent]} if sent in house.keys else {}
    answer = house.client.open(path_of(call), method=call.partition(" ")[0], headers=headers)
    if LEAST[call] is OPEN:
        assert answer.status_code not in (401, 403)
    else:
        assert answer.status_code == 401
        assert answer.json["code"] == ("key_needed" if sent == NO_KEY else "invalid_key")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", Role, ids=lambda role: role.title)
@pytest.mark.parametrize("call", LEAST)
def test_a_role_may_ask_what_the_table_lets_it(house: House, call: str, role: Role) -> None:
    least, headers = LEAST[call], {"Authorization": f"Bearer {house.keys[role.title]}"}
    answer = house.client.open(path_of(call), method=call.partition(" ")[0], headers=headers)
    if least is OPEN or role >= least:
        assert answer.status_code not in (401, 403)
    else:
        assert (answer.status_code, answer.json["role_needed"]) == (403, least.title)
        assert f"role {least.title}" in answer.json["detail"]


def test_head_asks_for_the_role_of_get(house: House) -> None:
    reading = [call for call, least in LEAST.items() if call.startswith("GET") and least is not OPEN]
    assert {house.client.head(path_of(call)).status_code for call in reading} == {401}


def test_what_is_not_there_is_404_for_everybody(house: House) -> None:
    assert house.client.get("/nothing").status_code == 404
    assert house.client.get("/predict").status_code == 405


def test_an_endpoint_that_declares_nothing_is_for_admins(house: House) -> None:
    app = create_app(house.services.settings, house.services)
    app.get("/forgotten")(lambda: "something")
    trainer = {"X-API-Key": house.keys["trainer"]}
    assert app.test_client().get("/forgotten", headers=trainer).status_code == 403
    admin = {"X-API-Key": house.keys["admin"]}
    assert app.test_client().get("/forgotten", headers=admin).status_code == 200


def test_the_document_tells_the_role_and_how_to_send_a_key(house: House) -> None:
    document = house.client.get("/openapi.json").json
    assert {scheme["type"] for scheme in document["components"]["securitySchemes"].values()} == {
        "http",
        "apiKey",
    }
    told = 0
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            least = LEAST[f"{method.upper()} {path}"]
            assert said["x-least-role"] == ("none" if least is None else least.title)
            assert bool(said["security"]) == (least is not None) == ("401" in said["responses"])
            assert (f"role {least.title}" if least else "no key") in said["description"]
            told += 1
    assert told > 50


def test_the_page_of_roles_shows_the_present_table(house: House) -> None:
    text = PAGE.read_text()
    assert with_table(text, house.app) == text, "out of date: run python docs/roles_table.py"
