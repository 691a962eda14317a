"""The physical floor: what all cores can do with no HTTP, no GIL shared and nothing around it.

    python -m benchmarks.floor PHOTOS SECONDS WORKERS

One process per core decodes, frames and runs the network in a loop, photo after photo, exactly as the
peers do. Prints photos per second of all together. A benchmark runs it as a process of its own.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

from benchmarks.instance import REPOSITORY
from benchmarks.peers.photo_answer import OnnxAnswerer, PeerModel, opened

READY_S = 60.0


def measure_floor(model: PeerModel, photos: Sequence[bytes], seconds: float, workers: int) -> float:
    """Return photos per second of `workers` processes, measured in processes of their own."""
    with tempfile.TemporaryDirectory() as folder:
        for number, photo in enumerate(photos):
            Path(folder, f"{number}.jpg").write_bytes(photo)
        command = [sys.executable, "-m", "benchmarks.floor", folder, str(seconds), str(workers)]
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=os.environ | model.to_environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 2 * READY_S,
        )
    return float(json.loads(done.stdout)["per_s"])


def main() -> None:
    folder, seconds, workers = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    photos = [file.read_bytes() for file in sorted(folder.iterdir())]
    spawning = multiprocessing.get_context("spawn")
    start, rates = spawning.Barrier(workers), spawning.Queue()
    jobs = [
        spawning.Process(target=work, args=(photos, seconds, start, rates), daemon=True)
        for _ in range(workers)
    ]
    for job in jobs:
        job.start()
    print(json.dumps({"per_s": sum(rates.get(timeout=seconds + READY_S) for _ in jobs)}))
    for job in jobs:
        job.join()


def work(
    photos: Sequence[bytes], seconds: float, start: Barrier, rates: "multiprocessing.Queue[float]"
) -> None:
    """Answer photo after photo for `seconds` and say how many a second."""
    answerer = OnnxAnswerer(PeerModel.from_environment())
    for photo in photos[:10]:  # the first ones are slower
        answerer.answer(opened(photo))
    start.wait(READY_S)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        answerer.answer(opened(photos[count % len(photos)]))
        count += 1
    rates.put(count / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
