"""What is left in memory after many requests and many swaps of the model under load."""

import threading
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.http_load import Load
from benchmarks.instance import Instance
from benchmarks.wrk import Drive

SLICE_S = 5.0
BETWEEN_SWAPS_S = 1.0


@dataclass(frozen=True)
class Weighed:
    """Resident memory in MB before and after `requests` right answers, `errors` others and `swaps`."""

    before_mb: float
    after_mb: float
    requests: int
    errors: int
    swaps: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def weigh(
    start: AbstractContextManager[Instance], load: Load, drive: Drive, *, requests: int, swaps: int
) -> Weighed:
    """Answer at least `requests` and meanwhile promote and roll back between two versions `swaps` times."""
    with start as server:
        before = server.memory_mb()
        swapping = threading.Thread(target=swap, args=(server, swaps))
        swapping.start()
        answered = errors = 0
        while answered < requests or swapping.is_alive():
            measured = drive([server.url], replace(load, seconds=SLICE_S))
            answered, errors = answered + len(measured.latencies_ms), errors + measured.errors
            if not measured.latencies_ms:
                raise RuntimeError("The API answers no more.")
        swapping.join()
        return Weighed(before, server.memory_mb(), answered, errors, swaps)


def swap(server: Instance, swaps: int) -> None:
    """Promote and roll back by turns."""
    for number in range(swaps):
        time.sleep(BETWEEN_SWAPS_S)
        swap_once(server, number)


def swap_once(server: Instance, number: int) -> None:
    """Swap the two versions of the default task: an even `number` promotes, an odd one rolls back."""
    models = server.get("/models")
    other = next(entry["version"] for entry in models["models"] if entry["version"] != models["champion"])
    server.post(f"/models/{other}/promote" if number % 2 == 0 else "/models/rollback")
