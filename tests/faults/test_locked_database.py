"""Another process that keeps the database to itself, longer than anybody waits for his turn."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from lenswright.storage.database import BUSY_TIMEOUT_S
from tests.builders import make_class_zip, make_photo
from tests.faults.clients import TASK, Book
from tests.faults.conftest import Note, Serve
from tests.faults.evidence import Evidence
from tests.faults.load import Load
from tests.faults.service import FIRST, SECOND, Service
from tests.models import photo_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

HOLD = (
    "import sqlite3, sys; held = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None);"
    " held.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
)
WRITERS = 6
PATIENCE_S = 2.5 * BUSY_TIMEOUT_S  # of a writer, in all


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Let another process hold the writers' turn."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


def write(service: Service, number: int) -> requests.Response:
    """Upload, label or promote, by turns."""
    if number % 3 == 0:
        return service.promote(FIRST)
    if number % 3 == 1:
        body = {"task": TASK, "photos": [1], "label": "square"}
        return service.post("/dataset/images/label", json=body)
    photo = ("files[]", (f"{number}.jpg", make_photo(seed=500 + number)))
    return service.post("/upload-data", files=[photo], data={"task": TASK})


def write_all_at_once(service: Service) -> list[tuple[requests.Response, float]]:
    """Return what `WRITERS` writers were answered, each with the seconds it took."""
    answers: list[tuple[requests.Response, float]] = []

    def work(number: int) -> None:
        began = time.monotonic()
        answers.append((write(service, number), time.monotonic() - began))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_writers_are_told_to_come_back_and_predictions_go_on(serve: Serve, note: Note) -> None:
    service = serve()
    photos = ("files[]", ("shapes.zip", make_class_zip(2)))
    assert service.post("/upload-data", files=[photos], data={"task": TASK}).status_code == 201
    database = service.home / "data" / "lenswright.db"
    with locked(database):
        with Load(service.port, [photo_of(0), photo_of(1)], connections=2) as load:
            answers = write_all_at_once(service)
        service.kill()
        service.start()  # nothing needs to be written for that
        assert service.predict(photo_of(0))["model_version"] == SECOND
    assert load.failures == []
    for answer, seconds in answers:
        assert answer.status_code == 503, answer.text
        assert (answer.json()["code"], "Retry-After" in answer.headers) == ("storage_failure", True)
        assert "locked" in answer.json()["detail"] or "turn" in answer.json()["detail"]
        assert seconds < PATIENCE_S
    assert [write(service, number).ok for number in range(3)] == [True] * 3
    Evidence(service.home).holds(Book(labels={1: ["square"]}, labelled={1}, champions=[FIRST]))
    longest = max(seconds for _, seconds in answers)
    note(
        "database locked by another process",
        seen=f"503 with Retry-After to {WRITERS} writers after their wait; predictions and starts go on",
        figure=f"0 of {len(load.seen)} predictions failed; longest wait of a writer {longest:.1f} s",
    )
