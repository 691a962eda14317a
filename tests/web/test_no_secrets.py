"""No key, right or wrong, is in a log, an answer, the audit log, the request log or a metric."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from lenswright.access.secret import new_secret, written
from lenswright.logs import configure_logs
from tests.web.house import House, open_house

WRONG = "wrong"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    opened = open_house(tmp_path, database_url=database_url)
    opened.keys[WRONG] = written(2, new_secret())
    yield opened
    opened.services.close()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes at its most talkative."""
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    root, written_lines = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    configure_logs("DEBUG", "json")
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written_lines)
    yield written_lines
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def drive(house: House) -> list[str]:
    """Send keys in every way that somebody may; return all that was answered."""
    answers = []
    for key in house.keys.values():
        for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": key},
                        {"X-API-Key": f"{key}x"}, {"X-Request-ID": key, "X-API-Key": key}):  # fmt: skip
            for call in (
                "GET /status",
                "POST /train",
                "POST /models/nothing/promote",
                "GET /audit",
                "POST /keys",
            ):
                answers.append(house.ask(call, headers=headers))
        answers.append(house.client.get(f"/status?api_key={key}"))
        answers.append(house.client.get(f"/{key}"))
        answers.append(
            house.client.post(f"/models/{key}/promote", headers={"X-API-Key": house.keys["admin"]})
        )
        answers.append(house.client.post("/upload-data", headers={"X-API-Key": key}, data={"key": key}))
    answers.append(house.ask("GET /metrics", "viewer"))
    answers.append(house.ask("GET /keys", "admin"))
    return [f"{answer.headers} {answer.text}" for answer in answers]


def test_no_key_leaves_the_service_or_stays_in_it(house: House, logs: io.StringIO) -> None:
    answered = "\n".join(drive(house))
    house.services.request_log.settle()
    logged = logs.getvalue()
    with house.services.database.reading() as session:
        kept = str(
            [
                session.execute(text(f"SELECT * FROM {name}")).all()
                for name in ("api_keys", "audit", "requests")
            ]
        )
    assert "role_too_low" in answered
    assert "invalid_key" in answered
    assert "/models/{version}/promote" in kept
    assert "-> 401" in logged
    assert all(json.loads(line) for line in logged.splitlines())
    for key in house.keys.values():
        secret = key.rpartition("_")[2]
        assert secret not in logged
        assert secret not in kept
        assert secret not in answered
