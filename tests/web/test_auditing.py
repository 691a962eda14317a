"""Every change over HTTP is in the audit log; a change that cannot be recorded is not made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.web.schemas.access import AuditAnswer
from tests.builders import photo
from tests.models import VERSION, photo_of, write_tiny_bundle
from tests.web.answers import body, file, problem
from tests.web.house import House, open_house


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))))
    opened = open_house(tmp_path, database_url=database_url)
    opened.services.versions.adopt(None)
    opened.services.live.refresh()
    yield opened
    opened.services.close()


def read(house: House, **query: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = body(house.ask("GET /audit", "admin", query_string=query), AuditAnswer)[
        "entries"
    ]
    return entries


def upload(house: House, as_: str = "labeller") -> Any:
    return house.ask("POST /upload-data", as_, data={"files[]": file(photo((9, 9, 9))), "label": "cat"})


def test_a_change_says_who_what_when_from_where_and_how_it_ended(house: House) -> None:
    answer = upload(house)
    [entry] = read(house)
    assert entry["by"] == "key 'the labeller' from 127.0.0.1"
    assert (entry["role"], entry["address"], entry["outcome"]) == ("labeller", "127.0.0.1", "201")
    assert (entry["action"], entry["target"]) == ("POST /upload-data", "/upload-data")
    assert entry["request_id"] == answer.headers["X-Request-ID"]
    assert entry["at"].startswith("20")
    assert entry["detail"] == {"task": "cats-vs-dogs", "batch": answer.json["batch"]}
    [edit] = house.ask("GET /dataset/edits", "viewer").json["edits"]
    assert (edit["id"], edit["by"]) == (entry["detail"]["batch"], entry["by"])


def test_a_promotion_names_its_version(house: House) -> None:
    assert house.ask(f"POST /models/{VERSION}/promote", "trainer").status_code == 200
    [entry] = read(house, action="promote")
    assert (entry["action"], entry["target"]) == (
        "POST /models/{version}/promote",
        f"/models/{VERSION}/promote",
    )
    assert entry["detail"]["version"] == VERSION


def test_what_a_role_is_too_low_for_is_recorded_and_what_no_key_opened_is_not(house: House) -> None:
    assert upload(house, "viewer").status_code == 403
    assert house.ask("POST /train").status_code == 401
    assert house.ask("POST /train", headers={"X-API-Key": "wrong"}).status_code == 401
    [entry] = read(house)
    assert (entry["role"], entry["outcome"], entry["action"]) == ("viewer", "403", "POST /upload-data")


def test_what_failed_is_recorded_with_its_status_and_code(house: House) -> None:
    assert house.ask("POST /models/nothing/promote", "trainer").status_code == 404
    [entry] = read(house)
    assert (entry["outcome"], entry["detail"]) == ("404", {"code": "not_found"})


def test_reading_and_predicting_are_no_changes(house: House) -> None:
    assert house.ask("POST /predict", "viewer", data=photo_of(0)).status_code == 200
    batch = {"images": file(photo_of(0))}
    assert house.ask("POST /predict/batch", "viewer", data=batch).status_code == 200
    assert house.ask("GET /status", "viewer").status_code == 200
    assert house.ask("POST /nothing", "admin").status_code == 404
    assert house.ask("POST /status", "admin").status_code == 405
    assert read(house) == []


def test_without_keys_the_address_says_who_it_was(tmp_path: Path, database_url: str) -> None:
    opened = open_house(tmp_path, database_url=database_url, require_keys="auto")
    opened.client.post("/upload-data", environ_base={"REMOTE_ADDR": "127.0.0.9"})
    entry = opened.client.get("/audit").json["entries"][0]
    assert (entry["by"], entry["address"], entry["key_id"]) == ("api, 127.0.0.9", "127.0.0.9", None)
    opened.services.close()


def test_the_log_is_read_page_by_page_and_by_what_is_looked_for(house: House) -> None:
    for _ in range(3):
        upload(house)
    house.ask("POST /models/nothing/promote", "trainer")
    answer = body(house.ask("GET /audit?page=2&page_size=3", "admin"), AuditAnswer)
    assert (answer["total"], len(answer["entries"])) == (4, 1)
    assert len(read(house, by="labeller")) == 3
    assert len(read(house, action="promote")) == 1
    assert read(house, since="2999-01-01") == []
    assert len(read(house, since="2020-01-01T00:00:00Z")) == 4
    problem(house.ask("GET /audit?since=yesterday", "admin"), 400, "malformed_request")
    problem(house.ask("GET /audit?page=0", "admin"), 400, "bad_parameter")


@pytest.mark.sqlite_only("renames a table under the code")
def test_a_change_that_cannot_be_recorded_is_refused_and_not_made(house: House) -> None:
    with house.services.database.writing() as session:
        session.execute(text("ALTER TABLE audit RENAME TO away"))
    problem(upload(house), 503, "storage_failure")
    assert house.ask("GET /dataset", "viewer").json["total"] == 0
    assert house.ask("POST /predict", "viewer", data=photo_of(0)).status_code == 200
    with house.services.database.writing() as session:
        session.execute(text("ALTER TABLE away RENAME TO audit"))
    assert upload(house).status_code == 201


@pytest.mark.sqlite_only("renames a table under the code")
def test_a_change_whose_outcome_cannot_be_recorded_is_made_and_stays_without_one(house: House) -> None:
    audit = house.services.audit
    end = audit.end

    def end_with_the_table_away(entry_id: int, outcome: str, **detail: Any) -> None:
        with house.services.database.writing() as session:
            session.execute(text("ALTER TABLE audit RENAME TO away"))
        end(entry_id, outcome, **detail)
        with house.services.database.writing() as session:
            session.execute(text("ALTER TABLE away RENAME TO audit"))

    audit.end = end_with_the_table_away  # type: ignore[method-assign]
    assert upload(house).status_code == 201
    [entry] = read(house)
    assert entry["outcome"] is None
