"""Photos that are deleted or forgotten while a run learns from them: it goes on, and nothing is kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.example import SPLITS, Photo
from lenswright.dataset.forgetting import Forgetting
from lenswright.dataset.leftovers import Leftovers
from lenswright.dataset.statistics import labelled_photos
from lenswright.runs.journal import Journal
from lenswright.storage.feature_files import FeatureFiles
from lenswright.storage.thumbnails import Thumbnails
from lenswright.training.workbench import Workbench
from tests.training.tiny_home import TASK, ended, shades, take_in

PHASES = ("starting", "weights", "features", "fitting", "exporting", "measuring")


class Meanwhile(Journal):
    """Does `work` once, as a run enters `phase`."""

    def __init__(self, bench: Workbench, phase: str, work: Callable[[], object]) -> None:
        super().__init__(bench.database)
        self._phase, self._work = phase, [work]

    def progress(self, run_id: int, phase: str, fraction: float, eta_s: float | None = None) -> None:
        super().progress(run_id, phase, fraction, eta_s)
        while phase == self._phase and self._work:
            self._work.pop()()


def one_of_each_split(bench: Workbench) -> list[Photo]:
    photos = labelled_photos(bench.database, TASK)
    return [next(photo for photo in photos if photo.split == split) for split in SPLITS]


def forgetting(bench: Workbench) -> Forgetting:
    data = bench.settings.data_folder
    features, thumbnails = FeatureFiles(data / "features"), Thumbnails(data / "thumbnails")
    return Forgetting(bench.database, Leftovers(bench.database, bench.uploads, thumbnails, features))


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_goes_on_without_the_photos_that_are_forgotten_meanwhile(bench: Workbench, phase: str) -> None:
    take_in(bench, shades(12))
    gone = one_of_each_split(bench)
    forget = forgetting(bench)
    journal = Meanwhile(bench, phase, lambda: forget.forget(TASK, [photo.id for photo in gone], by="ada"))
    run = ended(replace(bench, journal=journal))
    assert (run.state, run.error) == ("completed", None)
    forget.sweep()  # what the run wrote after they were forgotten
    left = {photo.pixel_sha256 for photo in labelled_photos(bench.database, TASK)}
    assert FeatureFiles(bench.settings.data_folder / "features").pictures() <= left
    assert ended(bench).state == "completed"


def test_a_run_goes_on_with_the_photos_that_are_deleted_meanwhile(bench: Workbench) -> None:
    take_in(bench, shades(12))
    gone = [photo.id for photo in one_of_each_split(bench)]
    journal = Meanwhile(bench, "features", lambda: delete_photos(bench.database, TASK, gone, by="ada"))
    run = ended(replace(bench, journal=journal))
    assert (run.state, run.result["photos"] if run.result else None) == (
        "completed",
        {"train": 20, "validation": 2, "test": 2},
    )
