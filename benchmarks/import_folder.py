"""How fast does `lenswright import` take a folder in, against decoding its photos and nothing else?

    python -m benchmarks.import_folder --photos 10000
    python -m benchmarks.import_folder --photos 100000 --side 96
    python -m benchmarks.import_folder --folder FOLDER

The import runs in a process of its own, into an empty temporary home; the memory of that process is watched.
Bare decoding is Pillow in as many threads, on the same files, before and after the import: the machine may
have become busier or idler meanwhile.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks import record
from benchmarks.large_data import peak_memory
from benchmarks.photos import SIZE, draw_photo, photo_files
from lenswright.cpus import cpu_count

CLASSES = 10
BARE_PHOTOS = 2_000  # enough for a steady speed


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the speed and memory of an import.")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--photos", type=int, nargs="+", default=[10_000], help="draw that many")
    asked.add_argument("--folder", type=Path, help="import this folder")
    parser.add_argument("--side", type=int, help=f"draw squares of this side, not {SIZE[0]} x {SIZE[1]} px")
    given = parser.parse_args()
    size = (given.side, given.side) if given.side else SIZE
    facts, rows = record.machine(), []
    for count in [0] if given.folder else given.photos:
        with tempfile.TemporaryDirectory() as place:
            folder = given.folder or draw_folder(Path(place) / "photos", count, size)
            rows.append(measure(folder, Path(place) / "home"))
            print(rows[-1], flush=True)
    print(record.table(rows))
    settings = {name: str(value) for name, value in vars(given).items()}
    print(record.save("import_folder", {"machine": facts, "settings": settings, "rows": rows}))


def draw_folder(folder: Path, count: int, size: tuple[int, int]) -> Path:
    """Return `folder` with `count` drawn photos in class folders."""
    for number in range(CLASSES):
        (folder / f"class-{number}").mkdir(parents=True)
    with ProcessPoolExecutor(cpu_count()) as pool:
        for _ in pool.map(partial(draw_file, folder, size), range(count), chunksize=100):
            pass
    return folder


def draw_file(folder: Path, size: tuple[int, int], number: int) -> None:
    """Write the drawn photo `number`."""
    (folder / f"class-{number % CLASSES}" / f"{number:06}.jpg").write_bytes(draw_photo(number, size))


@dataclass(frozen=True)
class Speed:
    """Photos in a second, and the CPU time of one, which a busy machine changes less."""

    per_s: float
    cpu_ms: float


def measure(folder: Path, home: Path) -> dict[str, Any]:
    """Return one line of the table. Raises RuntimeError if the import fails."""
    files = photo_files(folder)
    some = files[:: max(1, len(files) // BARE_PHOTOS)]
    before = decoding(some)
    imported, peak_mb, cpu_s = take_in(folder, home)
    after = decoding(some)
    bare_per_s, bare_cpu_ms = (before.per_s + after.per_s) / 2, (before.cpu_ms + after.cpu_ms) / 2
    return {
        "photos": len(files),
        "stored": imported["counts"].get("stored", 0),
        "import_s": imported["seconds"],
        "import_per_s": imported["photos_per_s"],
        "peak_mb": peak_mb,
        "bare_per_s": round(bare_per_s, 1),
        "ratio": round(imported["photos_per_s"] / bare_per_s, 3),
        "cpu_ms": round(1000 * cpu_s / len(files), 2),
        "bare_cpu_ms": round(bare_cpu_ms, 2),
        "threads": cpu_count(),
    }


def take_in(folder: Path, home: Path) -> tuple[dict[str, Any], float, float]:
    """Import `folder` in a child process; return what it says, its most memory in MB, its CPU seconds."""
    command = [sys.executable, "-m", "lenswright.cli", "import", str(folder), "--task", "benchmark", "--json"]
    command += ["--home", str(home)]  # of no service, which need not be asked about it
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child,
        peak_memory(child.pid) as memory,
    ):
        out, _ = child.communicate()
    if child.returncode:
        raise RuntimeError(f"The import ended with {child.returncode}.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(out), memory.mb, cpu_s


def decoding(files: Sequence[Path]) -> Speed:
    """Return how fast Pillow reads and decodes photos, with a thread for each CPU."""
    began, cpu_began = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(cpu_count()) as pool:
        for _ in pool.map(decode, files):
            pass
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    return Speed(len(files) / seconds, 1000 * cpu_s / len(files))


def decode(file: Path) -> None:
    """Read one photo into RGB."""
    with Image.open(file) as image:
        image.convert("RGB")


if __name__ == "__main__":
    main()
