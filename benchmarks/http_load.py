"""A small HTTP client under load: N connections kept alive, as fast as the answers come.

It shares the machine with what it measures, so its numbers are a floor and ratios between servers that
were driven in the same run are the result. `benchmarks.wrk` does the same for less CPU where it is installed.
"""

import http.client
import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Load:
    """What to send to `path`: the `bodies` in turn, over `connections`, for `seconds`.

    Right answers have status 200 and `expected` in them.
    """

    bodies: Sequence[bytes]
    content_type: str
    path: str = "/predict"
    connections: int = 8
    seconds: float = 10.0
    expected: bytes = b'"predicted_class"'


@dataclass(frozen=True)
class Measured:
    """What came back: latencies in ms, sorted, of the right answers; the others are `errors`."""

    latencies_ms: tuple[float, ...]
    errors: int
    seconds: float

    @property
    def per_s(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in ms that `share` of the requests stay below; NaN without any."""
        count = len(self.latencies_ms)
        return self.latencies_ms[min(count - 1, int(share * count))] if count else float("nan")

    def to_json(self) -> dict[str, Any]:
        times = {f"p{share * 100:.0f}_ms": round(self.percentile(share), 2) for share in (0.5, 0.95, 0.99)}
        return {
            "requests": len(self.latencies_ms),
            "errors": self.errors,
            "per_s": round(self.per_s, 1),
            **times,
        }


def merged(parts: Sequence[Measured]) -> Measured:
    """Return measurements that were taken at the same time as one."""
    latencies = sorted(latency for part in parts for latency in part.latencies_ms)
    return Measured(tuple(latencies), sum(part.errors for part in parts), max(part.seconds for part in parts))


def drive(urls: Sequence[str], load: Load) -> Measured:
    """Put `load` on the servers, the connections spread evenly over them, and measure every answer."""
    clients = [
        _Client(url, load, number) for number, url in zip(range(load.connections), itertools.cycle(urls))
    ]
    began = time.perf_counter()
    threads = [threading.Thread(target=client.work, args=(began + load.seconds,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return merged([Measured(tuple(client.latencies_ms), client.errors, seconds) for client in clients])


class _Client:
    """One connection and what it saw."""

    def __init__(self, url: str, load: Load, number: int) -> None:
        self._load, self._turn = load, number
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)
        self.latencies_ms: list[float] = []
        self.errors = 0

    def work(self, until: float) -> None:
        while time.perf_counter() < until:
            self._turn += self._load.connections
            body = self._load.bodies[self._turn % len(self._load.bodies)]
            began = time.perf_counter()
            if self._is_answered(body):
                self.latencies_ms.append((time.perf_counter() - began) * 1e3)
            else:
                self.errors += 1
        self._connection.close()

    def _is_answered(self, body: bytes) -> bool:
        load = self._load
        try:
            if self._connection.sock is None:
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request("POST", load.path, body, {"Content-Type": load.content_type})
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False
        return response.status == 200 and load.expected in answer
