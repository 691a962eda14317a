"""No change is without its entry in the audit log, whenever the service is killed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests
from sqlalchemy import select

from lenswright.access.audit import Audited, AuditTrail, AuditWish
from lenswright.dataset.edit_history import edits_page
from lenswright.dataset.paging import Page
from lenswright.storage.database import open_database
from lenswright.storage.dataset_tables import EditRow
from tests.builders import make_photo
from tests.faults.conftest import Note, Serve
from tests.faults.service import TASK, Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

ROUNDS, CLIENTS, LEAST_DONE = 3, 4, 12


def upload_until(service: Service, ended: threading.Event, first: int, done: list[int]) -> None:
    """Upload one photo after the other, every one another picture, until the service is gone."""
    number = first
    while not ended.is_set():
        number += CLIENTS
        files = [("files[]", (f"{number}.jpg", make_photo(seed=number)))]
        try:
            answer = service.post("/upload-data", files=files, data={"task": TASK, "label": "square"})
        except requests.RequestException:
            return
        assert answer.status_code in (200, 201), answer.text
        done.append(number)


def killed_while_uploading(service: Service, first: int) -> int:
    """Kill the service in the middle of uploads and return how many had been acknowledged in this round."""
    ended, done = threading.Event(), []  # type: ignore[var-annotated]
    with ThreadPoolExecutor(CLIENTS) as clients:
        for client in range(CLIENTS):
            clients.submit(upload_until, service, ended, first + client, done)
        began = time.monotonic()
        while len(done) < LEAST_DONE:
            assert time.monotonic() - began < 120, service.words()
            time.sleep(0.005)
        service.kill()
        ended.set()
    return len(done)


def read(service: Service) -> tuple[list[int], list[Audited]]:
    """Return the uploads that the database holds, and all entries of the audit log."""
    with closing(open_database(f"sqlite:///{service.home / 'data' / 'lenswright.db'}")) as database:
        with database.reading() as session:
            edits = list(session.scalars(select(EditRow.id).where(EditRow.task == TASK)))
        total, entries = AuditTrail(database).page(AuditWish(action="upload"), offset=0, limit=10_000)
        assert total == len(entries)
        assert edits_page(database, TASK, page=Page(1, 1))[0] == len(edits)
    return edits, entries


@pytest.fixture
def service(serve: Serve) -> Service:
    return serve()


def test_every_upload_that_was_begun_has_its_entry(service: Service, note: Note) -> None:
    acknowledged = 0
    for number in range(ROUNDS):
        acknowledged += killed_while_uploading(service, number * 10_000)
        service.start()
    service.kill()
    edits, entries = read(service)
    told = {entry.deed.detail["batch"] for entry in entries if entry.outcome is not None}
    untold = [entry for entry in entries if entry.outcome is None]
    assert len(told) >= acknowledged
    assert told <= set(edits)
    assert len(set(edits) - told) <= len(untold) <= ROUNDS * CLIENTS
    note(
        "kill -9 in the middle of changes: the audit log",
        seen="each change has its entry; those that were cut off have no outcome",
        figure=f"{len(edits)} uploads, {len(entries)} entries, {len(untold)} without an outcome; 0 missing",
    )
