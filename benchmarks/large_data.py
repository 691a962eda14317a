"""Is memory bounded? Many small drawn photos are taken in and trained on, with the memory watched.

    python -m benchmarks.large_data --photos 10000 100000

Each number of photos gets an empty home of its own. The photos go through the package's own intake (no
HTTP), training runs in the training process, `fast`, on the backbone of the model that ships.
"""

import argparse
import io
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageDraw

from benchmarks import record
from benchmarks.instance import REPOSITORY
from lenswright.cpus import cpu_count
from lenswright.dataset.intake import Intake, Upload
from lenswright.imaging.decode import DecodeLimits
from lenswright.jobs.launcher import Launcher
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.settings import Settings, load_settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database

TASK = "large"
SIDE_PX = 96
CLASSES = 10
DRAWN_AT_ONCE = 2_000  # photos in memory before they are taken in: 6 MB
SAMPLE_S = 0.05


@dataclass
class Peak:
    """Most memory in MB; `own_mb` leaves out pages of files, such as the feature cache, which the
    system may take back."""

    mb: float = 0.0
    own_mb: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure memory and speed of training on many photos.")
    parser.add_argument("--photos", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--epochs", type=int, default=10)
    given = parser.parse_args()
    facts = record.machine()
    rows = []
    for count in given.photos:
        with tempfile.TemporaryDirectory() as home:
            rows.append(measure(Path(home), count, given.epochs))
            print(rows[-1], flush=True)
    print(record.table(rows))
    print(record.save("large_data", {"machine": facts, "settings": vars(given), "rows": rows}))


def measure(home: Path, count: int, epochs: int) -> dict[str, Any]:
    """Return one line of the table. Raises RuntimeError unless the run completed."""
    shutil.copytree(REPOSITORY / "models", home / "models")
    settings = load_settings(home=home, allow_download=False)
    database = open_database(settings.database)
    began = time.perf_counter()
    with peak_memory() as intake_memory:
        stored = take_in(database, settings, count)
    intake_s = time.perf_counter() - began
    run, trainer_memory = train(database, settings, epochs)
    database.close()
    seconds = run.result["seconds"]
    return {
        "photos": stored,
        "intake_per_s": round(stored / intake_s, 1),
        "intake_peak_mb": intake_memory.mb,
        "embedded_per_s": round(stored * 0.9 / seconds["features"], 1),  # the tenth to test with is not
        "fitting_s": seconds["fitting"],
        "train_s": round(sum(seconds.values()), 1),
        "trained_per_s": round(stored / sum(seconds.values()), 1),
        "trainer_peak_mb": trainer_memory.mb,
        "trainer_own_mb": trainer_memory.own_mb,
        "accuracy": run.result["metrics"]["accuracy"],
    }


def take_in(database: Database, settings: Settings, count: int) -> int:
    """Take `count` drawn photos into the data set; return how many of them are stored."""
    limits = DecodeLimits(settings.max_file_bytes, settings.max_pixels)
    intake = Intake(database, Blobs(settings.blobs_at("uploads")), limits=limits)
    return sum(result.outcome == "stored" for result in intake.take(TASK, drawn(count), source="benchmark"))


def drawn(count: int) -> Iterator[Upload]:
    """Yield `count` labelled photos, a limited number ahead."""
    with ProcessPoolExecutor(cpu_count()) as pool:
        for start in range(0, count, DRAWN_AT_ONCE):
            numbers = range(start, min(count, start + DRAWN_AT_ONCE))
            for number, data in zip(numbers, pool.map(draw, numbers, chunksize=100), strict=True):
                yield Upload(f"{number}.jpg", data, label=f"class-{number % CLASSES}")


def draw(number: int) -> bytes:
    """Return the JPEG `number`: a disc in the hue of its class on soft coloured light."""
    random = np.random.default_rng(number)
    tiles = random.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    image = Image.fromarray(tiles).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    radius = random.integers(SIDE_PX // 5, SIDE_PX // 3)
    x, y = random.integers(radius, SIDE_PX - radius, 2)
    colour = f"hsv({360 * (number % CLASSES) // CLASSES}, 90%, {random.integers(60, 100)}%)"
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def train(database: Database, settings: Settings, epochs: int) -> tuple[Run, Peak]:
    """Train in the training process; return the run and what memory it took. Raises RuntimeError."""
    journal, launcher = Journal(database), Launcher(settings)
    wish = {"task": TASK, "preset": "fast", "weights": "bundled", "epochs": epochs}
    run_id = journal.create(TrainingRequest.from_json(wish), "benchmark").id
    trainer = launcher.launch(run_id)
    journal.start(run_id, trainer.pid)
    with peak_memory(trainer.pid) as memory:
        trainer.child.wait()
    run = journal.get(run_id)
    if run.state != "completed":
        raise RuntimeError(f"The run {run.state}: {run.error}\n{trainer.log_tail()}")
    return run, memory


@contextmanager
def peak_memory(pid: int | None = None) -> Iterator[Peak]:
    """Lend the most memory a process has had since the block began; `pid` None is this process."""
    process, ended, peak = psutil.Process(pid), threading.Event(), Peak()

    def sample() -> None:
        while not ended.wait(SAMPLE_S):
            try:
                memory = process.memory_info()
            except psutil.Error:  # it has ended
                return
            own = memory.rss - getattr(memory, "shared", 0)  # only Linux tells
            peak.mb = max(peak.mb, round(memory.rss / 1e6, 1))
            peak.own_mb = max(peak.own_mb, round(own / 1e6, 1))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield peak
    finally:
        ended.set()
        sampler.join()


if __name__ == "__main__":
    main()
