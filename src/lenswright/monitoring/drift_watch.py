"""Keeps an eye on drift: the last predictions of a version, read from the request log of all instances."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from lenswright.errors import BundleRefused, NotFound
from lenswright.monitoring.drift import Drift, RecentAnswers, compare
from lenswright.monitoring.expected_answers import ExpectedAnswers, expected_of
from lenswright.storage.database import Database
from lenswright.storage.tables import RequestRow

MOST_RECENT = 2_000  # predictions
MAX_AGE_S = 30.0  # of a comparison, for those who look often

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """A comparison, made at `at` monotonic seconds, with what it was held against, which never changes."""

    drift: Drift
    expected: ExpectedAnswers | None
    at: float


class DriftWatch:
    """Compares a version's last MOST_RECENT predictions with what its report expects.

    `report` returns that of (task, version); `clock` in monotonic seconds. Safe between threads.
    """

    def __init__(
        self,
        database: Database,
        report: Callable[[str, str], Mapping[str, Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._report, self._clock = database, report, clock
        self._known: dict[str, _Known] = {}  # by task
        self._lock = threading.Lock()

    def look(self, task: str, version: str | None, *, max_age_s: float = MAX_AGE_S) -> Drift:
        """Return the drift of `version`, None for no model; at most `max_age_s` old.

        Raises StorageFailure.
        """
        if version is None:
            return Drift("no_model")
        with self._lock:  # one reads; the others take what it found
            known = self._known.get(task)
            if known is None or known.drift.version != version:
                known = self._compare(task, version, self._expected(task, version))
            elif self._clock() - known.at > max_age_s:
                known = self._compare(task, version, known.expected)
            self._known[task] = known
            return known.drift

    def _compare(self, task: str, version: str, expected: ExpectedAnswers | None) -> _Known:
        recent = self._recent(task, version)
        return _Known(compare(expected, recent, version), expected, self._clock())

    def _expected(self, task: str, version: str) -> ExpectedAnswers | None:
        try:
            return expected_of(self._report(task, version))
        except (NotFound, BundleRefused):  # it has no report
            return None
        except (KeyError, TypeError, ValueError) as exc:
            log.warning("the report of model %s has nothing to hold traffic against: %s", version, exc)
            return None

    def _recent(self, task: str, version: str) -> RecentAnswers:
        columns = RequestRow.predicted_class, RequestRow.confidence, RequestRow.distance, RequestRow.at
        of_version = (RequestRow.task == task, RequestRow.version == version)
        query = select(*columns).where(*of_version, RequestRow.predicted_class.is_not(None))
        with self._database.reading() as session:
            rows = session.execute(query.order_by(RequestRow.at.desc()).limit(MOST_RECENT)).all()
        names, confidence, distances, times = zip(*rows, strict=True) if rows else ((), (), (), ())
        return RecentAnswers(
            names,
            np.array(confidence, np.float64),
            np.array(distances, np.float64),  # NULL becomes NaN
            min(times, default=None),
            max(times, default=None),
        )
