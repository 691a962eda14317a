"""Full load on /predict from a few connections that are kept alive; every single answer is looked at."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.http_load import Measured

CONNECTIONS = 8
TIMEOUT_S = 30.0
HEADERS = {"Content-Type": "image/jpeg"}

Check = Callable[[int, dict[str, Any]], str | None]  # (number of the photo, answer) -> what is wrong


def anything(_number: int, _answer: dict[str, Any]) -> None:
    """Find nothing wrong with any answer."""


@dataclass
class Load:
    """8 connections that send `photos` in turn for as long as the block lasts.

    `failures` says, in words, what was not answered with 200 or found wrong by `check`; `seen` holds
    (end in seconds of `time.perf_counter`, latency in ms, version) of the right answers.
    """

    port: int
    photos: Sequence[bytes]
    check: Check = anything
    path: str = "/predict"
    connections: int = CONNECTIONS
    failures: list[str] = field(default_factory=list)
    seen: list[tuple[float, float, str]] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(self.connections)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_answers(self, count: int, limit_s: float = 60.0) -> None:
        """Wait until `count` more right answers came."""
        wanted, deadline = len(self.seen) + count, time.monotonic() + limit_s
        while len(self.seen) < wanted:
            assert time.monotonic() < deadline, f"no {count} answers in {limit_s} s: {self.failures[:3]}"
            time.sleep(0.01)

    def measured(self, begin: float = 0.0, end: float = float("inf")) -> Measured:
        """Return what was answered between two times of `time.perf_counter`."""
        inside = [(at, latency) for at, latency, _ in [*self.seen] if begin <= at < end]
        times = [at for at, _ in inside] or [0.0]
        latencies = tuple(sorted(latency for _, latency in inside))
        return Measured(latencies, len(self.failures), max(times) - min(times) or 1.0)

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        while not self._over.is_set():
            number = (number + self.connections) % len(self.photos)
            began = time.perf_counter()
            try:
                connection.request("POST", self.path, self.photos[number], HEADERS)
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as exc:
                self.failures.append(f"photo {number}: {exc!r}")
                connection.close()
                continue
            now = time.perf_counter()
            wrong = self._wrong(number, response.status, body)
            if wrong is None:
                self.seen.append((now, (now - began) * 1e3, json.loads(body)["model_version"]))
            else:
                self.failures.append(f"photo {number}: {wrong}")
        connection.close()

    def _wrong(self, number: int, status: int, body: bytes) -> str | None:
        if status != 200:
            return f"{status} {body[:200]!r}"
        return self.check(number, json.loads(body))
