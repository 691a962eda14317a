"""What is read from the request log, how often, and what a report without figures does."""

from collections.abc import Iterator
from typing import Any

import pytest

from lenswright.errors import NotFound
from lenswright.monitoring.answered import Answered
from lenswright.monitoring.drift_watch import MOST_RECENT, DriftWatch
from lenswright.monitoring.expected_answers import KEY
from lenswright.monitoring.request_log import RequestLog
from lenswright.storage.database import Database

REPORT = {
    "classes": ["cat", "dog"],
    KEY: {
        "photos": 100,
        "predicted": [0, 1] * 50,
        "confidence": [0.9, 0.8] * 50,
        "distance": [0.1, 0.2] * 50,
    },
}


class Reports:
    """Gives the report of every version, and counts how often it was asked."""

    def __init__(self, report: dict[str, Any] | Exception = REPORT) -> None:
        self.report, self.asked = report, 0

    def __call__(self, _task: str, _version: str) -> dict[str, Any]:
        self.asked += 1
        if isinstance(self.report, Exception):
            raise self.report
        return self.report


@pytest.fixture
def log(database: Database) -> Iterator[RequestLog]:
    requests = RequestLog(database, lambda: 10_000.0)
    yield requests
    requests.close()


def answer(log: RequestLog, count: int, at: float = 0.0, **changes: Any) -> None:
    """Note `count` answers, a second apart from `at` on."""
    usual = {"task": "pets", "version": "v1", "predicted_class": "cat", "confidence": 0.9, "distance": 0.1}
    for number in range(count):
        log.add(Answered(f"r-{at}-{number}", at + number, "POST /predict", 200, 5.0, **{**usual, **changes}))
    log.settle()
    log.settle()  # it writes 1,000 at a time
    log.settle()


def test_the_newest_answers_of_the_version_count_and_nothing_else(
    database: Database, log: RequestLog
) -> None:
    answer(log, 300, at=1_000)
    answer(log, 50, at=5_000, version="v2")
    answer(log, 50, at=6_000, task="birds")
    log.add(Answered("other", 7_000.0, "GET /status", 200, 5.0))
    answer(log, 1, at=8_000, distance=None)
    found = DriftWatch(database, Reports()).look("pets", "v1")
    assert (found.photos, found.since, found.until) == (301, 1_000.0, 8_000.0)
    assert {measure.name for measure in found.measures} == {"confidence", "distance"}


def test_only_so_many_of_the_newest_are_looked_at(database: Database, log: RequestLog) -> None:
    answer(log, MOST_RECENT + 5)
    found = DriftWatch(database, Reports()).look("pets", "v1")
    assert (found.photos, found.since) == (MOST_RECENT, 5.0)


def test_who_looks_often_gets_the_same_until_it_is_too_old(database: Database, log: RequestLog) -> None:
    now = [0.0]
    reports = Reports()
    watch = DriftWatch(database, reports, lambda: now[0])
    assert watch.look("pets", "v1").photos == 0
    answer(log, 10)
    assert watch.look("pets", "v1").photos == 0
    assert watch.look("pets", "v1", max_age_s=-1).photos == 10
    answer(log, 10, at=100)
    now[0] = 31
    assert watch.look("pets", "v1").photos == 20
    assert reports.asked == 1


def test_another_version_is_looked_at_at_once(database: Database, log: RequestLog) -> None:
    answer(log, 10)
    watch = DriftWatch(database, Reports())
    assert watch.look("pets", "v2").photos == 0
    assert watch.look("pets", "v1").photos == 10
    assert watch.look("pets", None).verdict == "no_model"


@pytest.mark.parametrize(
    "report", [NotFound("file", "report.json"), {}, {"classes": ["cat"], KEY: {"predicted": [0]}}]
)
def test_without_a_report_that_tells_there_is_no_reference(
    database: Database, log: RequestLog, report: Any
) -> None:
    answer(log, 300)
    found = DriftWatch(database, Reports(report)).look("pets", "v1")
    assert (found.verdict, found.photos) == ("no_reference", 300)
