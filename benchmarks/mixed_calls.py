"""What else a service is asked while it classifies: its status, uploads, swaps of the model."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import requests

from benchmarks.instance import Instance
from benchmarks.photos import draw_photo
from benchmarks.swaps import swap_once

STATUS_EVERY_S, UPLOAD_EVERY_S = 1.0, 5.0
PHOTOS_AT_ONCE = 2
FIRST_SEED = 1_000_000  # photos that nobody else sends
TASK = "soak"


class MixedCalls:
    """Calls a server in threads of its own while the block runs, and counts what came of it."""

    def __init__(self, server: Instance, swap_every_s: float) -> None:
        self._server = server
        self.errors, self._said, self._counts = 0, list[str](), dict[str, int]()
        self._stop, self._lock = threading.Event(), threading.Lock()
        calls: list[tuple[str, float, Callable[[int], None]]] = [
            ("status", STATUS_EVERY_S, lambda _: server.get("/status")),
            ("uploads", UPLOAD_EVERY_S, self._upload),
            ("swaps", swap_every_s, lambda number: swap_once(server, number)),
        ]
        self._threads = [threading.Thread(target=self._repeat, args=call) for call in calls]

    def __enter__(self) -> "MixedCalls":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def to_json(self) -> dict[str, Any]:
        return {**self._counts, "errors": self.errors, "said": self._said[:5]}

    def _repeat(self, name: str, every_s: float, call: Callable[[int], None]) -> None:
        number = 0
        while not self._stop.wait(every_s):
            try:
                call(number)
            except (OSError, ValueError) as exc:
                with self._lock:
                    self.errors += 1
                    self._said.append(f"{name}: {exc}"[:300])
            number += 1
            self._counts[name] = number

    def _upload(self, number: int) -> None:
        seeds = range(FIRST_SEED + PHOTOS_AT_ONCE * number, FIRST_SEED + PHOTOS_AT_ONCE * (number + 1))
        files = [("files[]", (f"{seed}.jpg", draw_photo(seed))) for seed in seeds]
        data = {"task": TASK, "label": ("cat", "dog")[number % 2]}
        requests.post(
            f"{self._server.url}/upload-data", files=files, data=data, timeout=60
        ).raise_for_status()
