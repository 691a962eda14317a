"""Brightness and sharpness of photos that an older version took in without measuring them."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from lenswright.cpus import cpu_count
from lenswright.dataset.example import Photo, as_photo, present
from lenswright.dataset.quality import quality_of
from lenswright.errors import ImageError, NotFound
from lenswright.imaging.decode import decode
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.training.workbench import Workbench

CHUNK = 128  # photos in one transaction

log = logging.getLogger(__name__)


def measure_missing(
    bench: Workbench, task: str, on_chunk: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Measure the photos of `task` that nobody measured; return how many were.

    What cannot be read stays as it is. `on_chunk(done, count)` may raise to stop; what is done stays.
    """
    missing = _unmeasured(bench, task)
    measured = 0
    with ThreadPoolExecutor(cpu_count()) as pool:
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            rows = [row for row in pool.map(lambda photo: _measured(bench, photo), chunk) if row]
            if rows:
                with bench.database.writing() as session:
                    session.execute(update(PhotoRow), rows)
            measured += len(rows)
            on_chunk(start + len(chunk), len(missing))
    return measured


def _unmeasured(bench: Workbench, task: str) -> list[Photo]:
    lacking = PhotoRow.brightness.is_(None) | PhotoRow.sharpness.is_(None)
    with bench.database.reading() as session:
        query = select(PhotoRow).where(present(task), lacking).order_by(PhotoRow.id)
        return [as_photo(row) for row in session.scalars(query)]


def _measured(bench: Workbench, photo: Photo) -> dict[str, Any] | None:
    try:
        rgb = decode(bench.read_photo(photo), limits=bench.limits).rgb
    except (ImageError, NotFound) as exc:
        log.warning("photo %d (%s) cannot be measured: %s", photo.id, photo.filename, exc)
        return None
    return {"id": photo.id, **asdict(quality_of(rgb))}
