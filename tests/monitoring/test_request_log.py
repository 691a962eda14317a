"""The request log on a real SQLite file: complete at close, and never in a request's way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.errors import StorageFailure
from lenswright.monitoring.answered import Answered
from lenswright.monitoring.request_log import RequestLog
from lenswright.storage.database import Database
from lenswright.storage.tables import RequestRow

NOW = 1_795_000_000.0
ONE = Answered("r-1", NOW, "POST /predict", 200, 12.5, "pets", "v1", "cat", 0.93, "accepted")


class AwayDatabase(Database):
    """A database that refuses every writer."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        raise StorageFailure("The disk is full.")
        yield


def log_of(database: Database, **options: object) -> RequestLog:
    return RequestLog(database, lambda: NOW, instance="i-1", flush_s=0.05, **options)  # type: ignore[arg-type]


def rows(database: Database) -> list[RequestRow]:
    with database.reading() as session:
        return list(session.scalars(select(RequestRow).order_by(RequestRow.id)))


def wait_for(condition: object) -> None:
    ends = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends, "nothing happened for ten seconds"
        time.sleep(0.01)


def test_a_request_is_on_disk_soon_after_it_was_answered(database: Database) -> None:
    log = log_of(database)
    log.add(ONE)
    wait_for(lambda: rows(database))
    (row,) = rows(database)
    assert (row.id, row.instance, row.method_path, row.status_code) == ("r-1", "i-1", "POST /predict", 200)
    assert (row.version, row.predicted_class, row.confidence, row.answer_status) == (
        "v1", "cat", 0.93, "accepted",
    )  # fmt: skip
    log.close()


def test_close_writes_all_that_is_left(database: Database) -> None:
    log = log_of(database)
    for number in range(2_500):
        log.add(replace(ONE, request_id=f"r-{number}"))
    log.close()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestRow)) == 2_500
    assert log.dropped == 0


def test_a_request_id_that_a_client_uses_twice_spoils_no_batch(database: Database) -> None:
    log = log_of(database)
    for request_id in ("same", "same", "another"):
        log.add(replace(ONE, request_id=request_id))
    log.close()
    assert [row.id for row in rows(database)] == ["another", "same"]


def test_of_two_predictions_with_one_request_id_the_newest_stays(database: Database) -> None:
    log = log_of(database)
    other = replace(ONE, method_path="GET /health", predicted_class=None, confidence=None)
    for answered in (other, ONE, replace(ONE, predicted_class="dog"), other):
        log.add(answered)
        log.settle()
    for predicted_class in ("cat", "bird"):
        log.add(replace(ONE, predicted_class=predicted_class))
    log.close()
    (row,) = rows(database)
    assert (row.predicted_class, row.method_path) == ("bird", "POST /predict")


def test_what_waits_is_written_for_whoever_looks_for_it(database: Database) -> None:
    log = RequestLog(database, lambda: NOW, flush_s=60)
    log.add(ONE)
    log.settle()
    assert [row.id for row in rows(database)] == ["r-1"]
    log.close()


def test_overlong_texts_are_cut_to_their_columns(database: Database) -> None:
    log = log_of(database)
    log.add(replace(ONE, request_id="x" * 500, method_path="GET /" + "y" * 500))
    log.close()
    (row,) = rows(database)
    assert (len(row.id), len(row.method_path)) == (100, 255)


def test_a_full_queue_drops_and_counts_and_does_not_wait(database: Database) -> None:
    log = RequestLog(database, lambda: NOW, flush_s=60, queue_size=10)
    began = time.monotonic()
    for number in range(1_000):
        log.add(replace(ONE, request_id=f"r-{number}"))
    assert time.monotonic() - began < 1
    assert log.dropped == 990
    log.close()
    assert len(rows(database)) == 10


def test_a_database_that_is_away_costs_log_lines_and_nothing_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    log = log_of(AwayDatabase(database.engine))
    log.add(ONE)
    wait_for(lambda: log.dropped == 1)
    log.add(ONE)
    wait_for(lambda: log.dropped == 2)
    log.close()
    assert "The disk is full" in caplog.text


def test_requests_older_than_the_limit_are_forgotten(database: Database) -> None:
    old = log_of(database)
    old.add(replace(ONE, request_id="old", at=NOW - 31 * 86_400))
    old.close()
    log = log_of(database, keep_days=30)
    log.add(replace(ONE, request_id="new"))
    log.close()
    assert [row.id for row in rows(database)] == ["new"]
