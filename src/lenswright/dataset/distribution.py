"""How the photos of a task are distributed: histograms of what was measured, and counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lenswright.dataset.example import present
from lenswright.dataset.quality import PROBLEMS, problem_condition
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow

BINS = 20
BRIGHTEST = 255.0
SKEWED = 8  # times as large as the smallest: equal steps would leave most bins empty
ROWS_AT_ONCE = 10_000

_MEASURED = (
    PhotoRow.brightness,
    PhotoRow.sharpness,
    PhotoRow.width,
    PhotoRow.height,
    PhotoRow.size_bytes,
)

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Histogram:
    """`counts` (n,) of values between `edges` (n + 1,), the last edge included; both empty without values."""

    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """Histograms of the photos that are present; `aspect` is width by height.

    `problems`: how many photos have each code of `quality`; `unmeasured`: how many nobody measured.
    """

    brightness: Histogram
    sharpness: Histogram
    width: Histogram
    height: Histogram
    aspect: Histogram
    size_bytes: Histogram
    per_class: tuple[tuple[str, int], ...]
    formats: Mapping[str, int]
    problems: Mapping[str, int]
    unmeasured: int


def distribution(database: Database, task: str) -> Distribution:
    """Return the distribution of `task`; 48 bytes a photo are held in memory."""
    with database.reading() as session:
        numbers = _read(session, task)
        labels, formats = (_count(session, task, column) for column in (PhotoRow.label, PhotoRow.format))
        problems = _problems(session, task)
    brightness, sharpness, width, height, size_bytes = numbers  # (5, N)
    measured = ~np.isnan(brightness)
    return Distribution(
        brightness=_histogram(brightness[measured], np.linspace(0.0, BRIGHTEST, BINS + 1)),
        sharpness=_histogram(sharpness[~np.isnan(sharpness)]),
        width=_histogram(width),
        height=_histogram(height),
        aspect=_histogram(width / height),
        size_bytes=_histogram(size_bytes),
        per_class=tuple(labels.items()),
        formats=formats,
        problems=problems,
        unmeasured=int(np.count_nonzero(~measured)),
    )


def _read(session: Session, task: str) -> Numbers:
    """Return brightness, sharpness, width, height and bytes (5, N); NaN is what nobody measured."""
    query = select(*_MEASURED).where(present(task))
    parts: list[Numbers] = [np.empty((0, len(_MEASURED)))]
    for rows in session.execute(query).partitions(ROWS_AT_ONCE):
        parts.append(np.array([tuple(row) for row in rows], np.float64))  # None becomes NaN
    return np.concatenate(parts).T


def _count(session: Session, task: str, column: InstrumentedAttribute[Any]) -> dict[str, int]:
    """Return how many photos have each value of a column, the most frequent first."""
    query = select(column, func.count()).where(present(task), column.is_not(None)).group_by(column)
    counts = [(str(value), int(count)) for value, count in session.execute(query)]
    return dict(sorted(counts, key=lambda entry: (-entry[1], entry[0])))


def _problems(session: Session, task: str) -> dict[str, int]:
    sums = (func.coalesce(func.sum(case((problem_condition(code), 1), else_=0)), 0) for code in PROBLEMS)
    found = session.execute(select(*sums).where(present(task))).one()
    return dict(zip(PROBLEMS, map(int, found), strict=True))


def _histogram(values: Numbers, edges: Numbers | None = None) -> Histogram:
    """Return 20 bins between the least and the largest of `values`, which are not negative."""
    if not values.size:
        return Histogram()
    edges = _edges(float(values.min()), float(values.max())) if edges is None else edges
    counts, _ = np.histogram(values, edges)
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))


def _edges(least: float, most: float) -> Numbers:
    """Return the edges of bins of one width, or of one ratio where the values are spread far."""
    if least == most:
        return np.array([least, np.nextafter(most, np.inf)])
    if least > 0 and most > SKEWED * least:
        edges = np.geomspace(least, most, BINS + 1)
        edges[0], edges[-1] = least, most  # rounding must lose no value
        return edges
    return np.linspace(least, most, BINS + 1)
