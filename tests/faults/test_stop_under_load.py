"""SIGTERM under full load: told before it happens, and no request that was taken goes unanswered.

Taken is every request whose connection was accepted, except one that a client sends on a connection that
has been told to close, or has been idle since before the stop.
"""

import http.client
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from tests.builders import CLASSES, make_photo
from tests.faults.conftest import Note, Serve
from tests.faults.service import Service

CLIENTS = 8
STOPS = 2
DELAY_S = 1.0


def test_a_stop_under_load_is_announced_and_drops_no_request(serve: Serve, note: Note) -> None:
    service = serve(stop_delay_s=str(DELAY_S))
    counts: Counter[int] = Counter()
    for _ in range(STOPS):
        clients = [Client(service, make_photo(CLASSES[0], seed=seed)) for seed in range(CLIENTS)]
        for client in clients:
            client.thread.start()
        time.sleep(1)
        told_s, status = told_before_the_end(service)
        for client in clients:
            client.thread.join(30)
        dropped = [error for client in clients for error in client.dropped]
        counts.update(code for client in clients for code in client.answered)
        assert dropped == []
        assert status == 0
        assert told_s > DELAY_S / 2
        service.start()
    figure = f"{STOPS} stops: {counts[200]} answered, {counts[503]} refused with 503, 0 dropped"
    note("SIGTERM under load", seen="ready says 503 first; then connections are refused", figure=figure)
    assert set(counts) <= {200, 503}
    assert counts[200] > STOPS * CLIENTS


@dataclass
class Client:
    """Keeps its connection as long as it may and asks on, until nobody listens any more."""

    service: Service
    photo: bytes
    answered: list[int] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.ask_on, daemon=True)

    def ask_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        while True:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            try:
                while connection.sock is not None:  # closed where the server said so
                    connection.request("POST", "/predict", self.photo, {"Content-Type": "image/jpeg"})
                    answer = connection.getresponse()
                    answer.read()
                    self.answered.append(answer.status)
            except (OSError, http.client.HTTPException) as exc:
                self.dropped.append(repr(exc))
                connection.close()


def told_before_the_end(service: Service) -> tuple[float, int]:
    """Stop the service; return for how long it said that it was not ready, and its exit status."""
    watching = threading.Event()
    said: list[float] = []

    def watch() -> None:
        while not watching.is_set():
            try:
                if requests.get(f"{service.url}/health/ready", timeout=10).status_code == 503:
                    said.append(time.monotonic())
            except requests.ConnectionError:
                return
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = service.stop()
    watching.set()
    watcher.join()
    assert said, f"it never said that it would stop ({signal.SIGTERM!r})"
    return said[-1] - said[0], status
