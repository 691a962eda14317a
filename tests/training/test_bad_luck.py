"""What befalls a run from outside: it is stopped, the disk or the memory is full. Nothing half remains."""

import io
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from lenswright.dataset.intake import Upload
from lenswright.errors import StorageFailure
from lenswright.jobs.launcher import Launcher
from lenswright.registry.bundle import Bundles
from lenswright.runs.journal import Journal
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.training.workbench import Workbench
from tests.training.tiny_home import TASK, ended, queued, shades, take_in

PHASES = ("starting", "weights", "features", "fitting", "quantising", "exporting", "measuring")
# a head that hardly learns leaves something to do for the backbone
IMPROVING = {
    "preset": "best", "learning_rate": 1e-7, "fine_tune_epochs": 10, "fine_tune_share": 1.0,
    "fine_tune_rate": 0.02, "batch_size": 4,
}  # fmt: skip
REPOSITORY = Path(__file__).resolve().parents[2]


class StopsAt(Journal):
    """Asks a run to stop as it enters `phase`, and holds it there until its heartbeat knows."""

    def __init__(self, database: Database, phase: str) -> None:
        super().__init__(database)
        self._stop_at, self._noticed = phase, threading.Event()

    def progress(self, run_id: int, phase: str, fraction: float, eta_s: float | None = None) -> None:
        super().progress(run_id, phase, fraction, eta_s)
        if phase == self._stop_at and not self._noticed.is_set():
            self.request_stop(run_id)
            assert self._noticed.wait(10), "the heartbeat did not see the wish to stop"
            time.sleep(0.05)  # what it returned must arrive

    def heartbeat(self, run_id: int) -> bool:
        stop = super().heartbeat(run_id)
        if stop:
            self._noticed.set()
        return stop


class FullAt(Blobs):
    """A store whose disk is full when it comes to the file `name`."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url)
        self._name = name

    def write(self, key: str, data: bytes) -> None:
        if key.endswith(f"/{self._name}"):
            raise StorageFailure("The file could not be written: No space left on device.")
        super().write(key, data)


def whole_bundles(bench: Workbench) -> list[str]:
    return [version for task, version in bench.bundles.found() if task == TASK]


def registered(bench: Workbench) -> list[str]:
    return sorted(version.version for version in bench.versions.list(TASK))


@pytest.mark.parametrize(
    ("phase", "wish"),
    [
        *((phase, {"preset": "fast", "int8": True}) for phase in PHASES),
        pytest.param(
            "backbone", {"preset": "scratch", "size_px": 64, "weights": "none"}, marks=pytest.mark.slow
        ),
        ("fine-tuning", IMPROVING),
        ("new features", IMPROVING),
        ("refitting", IMPROVING),
        ("tuning", {"kind": "tune"}),
    ],
)
def test_a_stop_in_any_phase_ends_the_run_and_leaves_nothing_half_done(
    bench: Workbench, phase: str, wish: dict[str, object]
) -> None:
    take_in(bench, shades(12))
    run = ended(replace(bench, journal=StopsAt(bench.database, phase)), **wish)
    assert run.stop_requested
    assert run.state == "stopped"
    assert whole_bundles(bench) == registered(bench) == ([run.version] if run.version else [])
    assert all(not (version.verdict or {})["promote"] for version in bench.versions.list(TASK))
    assert bench.promotion.champion(TASK) is None
    assert bench.journal.active(run.machine) is None


def test_after_a_stop_the_next_run_finishes(bench: Workbench) -> None:
    take_in(bench, shades(12))
    assert ended(replace(bench, journal=StopsAt(bench.database, "features"))).state == "stopped"
    assert ended(bench).state == "completed"


@pytest.mark.parametrize("name", ["model.onnx", "report.json", "manifest.json"])
def test_a_disk_that_is_full_at_the_export_changes_nothing(bench: Workbench, name: str) -> None:
    take_in(bench, shades(12))
    first = ended(bench)
    assert bench.promotion.champion(TASK) == first.version
    full = Bundles(FullAt(bench.settings.blobs_at("models"), name))
    run = ended(replace(bench, bundles=full))
    assert (run.state, run.version) == ("failed", None)
    assert run.error == "The file could not be written: No space left on device."
    assert whole_bundles(bench) == registered(bench) == [first.version]
    assert bench.promotion.champion(TASK) == first.version


def test_a_folder_of_models_that_refuses_is_named_as_the_reason(bench: Workbench) -> None:
    take_in(bench, shades(12))
    Path(bench.settings.blobs_at("models"), TASK).write_bytes(b"a file where a folder should be")
    run = ended(bench)
    assert (run.state, run.version) == ("failed", None)
    assert str(run.error).startswith("The file could not be written: ")
    assert registered(bench) == []
    assert bench.promotion.champion(TASK) is None


def test_features_that_cannot_be_kept_end_the_run_with_the_reason(bench: Workbench) -> None:
    take_in(bench, shades(12))
    bench.settings.data_folder.joinpath("features").write_bytes(b"a file where a folder should be")
    run = ended(bench)
    assert run.state == "failed"
    assert "feature cache" in str(run.error)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_photo_that_needs_more_memory_than_there_is_ends_the_run_with_these_words(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Workbench.open(bench.settings.model_copy(update={"max_pixels": 100_000_000}))
    out = io.BytesIO()
    Image.new("RGB", (9500, 9500), (200, 50, 40)).save(out, "PNG", compress_level=1)  # 270 MB of pixels
    take_in(bench, [Upload("huge.png", out.getvalue(), label="red"), *shades(6)])
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    run = queued(bench)
    launcher = Launcher(bench.settings, (sys.executable, "-m", "tests.training.short_of_memory"))
    trainer = launcher.launch(run.id)
    assert trainer.child.wait(120) == 1, trainer.log_tail()
    run = bench.journal.get(run.id)
    assert run.state == "failed", trainer.log_tail()
    assert "out of memory" in str(run.error), trainer.log_tail()
