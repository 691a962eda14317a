"""Photos of older versions are measured once, and damaged ones are passed over."""

import pytest
from sqlalchemy import update

from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import TrainingStopped
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.training import missing_quality as module
from lenswright.training.missing_quality import measure_missing
from lenswright.training.workbench import Workbench
from tests.training.tiny_home import TASK, shades, take_in

Measures = list[tuple[float | None, float | None]]


def measures(bench: Workbench) -> Measures:
    return [(photo.brightness, photo.sharpness) for photo in labelled_photos(bench.database, TASK)]


@pytest.fixture
def measured(bench: Workbench) -> Measures:
    """What intake measured of six photos, all of which then lack it."""
    take_in(bench, shades(3))
    found = measures(bench)
    with bench.database.writing() as session:
        session.execute(update(PhotoRow).values(brightness=None, sharpness=None))
    return found


def test_what_was_not_measured_is_measured_as_intake_does(bench: Workbench, measured: Measures) -> None:
    assert None not in measured[0]
    assert measure_missing(bench, TASK) == 6
    assert measures(bench) == measured
    assert measure_missing(bench, TASK) == 0


def test_a_photo_that_is_gone_stays_unmeasured(bench: Workbench, measured: Measures) -> None:
    bench.uploads.delete(labelled_photos(bench.database, TASK)[2].key)
    assert measure_missing(bench, TASK) == 5
    assert measures(bench)[2] == (None, None)


def test_a_stop_keeps_what_was_measured(
    bench: Workbench, measured: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)

    def stop(done: int, count: int) -> None:
        raise TrainingStopped(f"{done} of {count}")

    with pytest.raises(TrainingStopped, match="2 of 6"):
        measure_missing(bench, TASK, stop)
    assert measures(bench) == measured[:2] + [(None, None)] * 4
