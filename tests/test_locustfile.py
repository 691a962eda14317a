"""The load test against a stand-in API, honest or lying. Locust patches sockets: it gets its own process."""

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.answers import prediction_fault, status_fault, upload_fault
from benchmarks.instance import free_port
from benchmarks.photos import draw_photo, photo_pool

REPOSITORY = Path(__file__).parent.parent
PREDICTION = {
    "predicted_class": "cat",
    "confidence": 0.75,
    "prediction_time": 0.004,
    "timestamp": "2026-11-21T07:00:00Z",
    "probabilities": {"cat": 0.75, "dog": 0.25},
    "status": "accepted",
    "model_version": "20261121-070000-abcd",
    "task": "cats-vs-dogs",
    "request_id": "0123",
}
STATUS = {"status": "ok", "model_version": "20261121-070000-abcd", "uptime_s": 1.0, "requests": {"total": 1}}
STORED = {"filename": "0.jpg", "outcome": "stored", "id": 1, "path": "uploads/ab/ab.jpg"}


class StandIn(ThreadingHTTPServer):
    """Answers every prediction with `prediction`, whatever is sent, and counts the paths and the keys."""

    daemon_threads = True

    def __init__(self, prediction: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.prediction, self.seen, self.photos = prediction, Counter[str](), set[bytes]()
        self.keys: set[str | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self) -> None:
        self._send(STATUS)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.photos.add(body)
        count = body.count(b"filename=")
        upload = {"results": [STORED] * count, "refused": 0}
        self._send(self.server.prediction if self.path == "/predict" else upload)

    def _send(self, answer: dict[str, Any]) -> None:
        self.server.seen[self.path] += 1
        self.server.keys.add(self.headers["X-API-Key"])
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stand_in(prediction: dict[str, Any] = PREDICTION) -> Iterator[StandIn]:
    server = StandIn(prediction)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_locust(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", "locustfile.py", "--headless", "--stop-timeout", "5"]
    return subprocess.run(
        [*command, "--users", "6", "--spawn-rate", "6", "--run-time", "3s", *arguments],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_users_of_two_instances_send_different_photos_and_each_instance_is_reported() -> None:
    with stand_in() as first, stand_in() as second:
        done = run_locust(LENSWRIGHT_LOAD_URLS=f"{first.url}/, {second.url}")
    assert done.returncode == 0, done.stderr
    for server in (first, second):
        assert server.seen["/predict"] >= 3
        assert f"{server.url}: {sum(server.seen.values())} requests, 0 failed, p50 " in done.stderr
        assert len(server.photos) >= 3
    assert set(first.seen) | set(second.seen) <= {"/predict", "/status", "/upload-data"}
    assert first.keys == second.keys == {None}


def test_failures_are_told_of_the_instance_that_fails_and_a_key_is_sent() -> None:
    with stand_in() as honest, stand_in(PREDICTION | {"model_version": ""}) as lying:
        gone = f"http://127.0.0.1:{free_port()}"
        urls = f"{honest.url},{lying.url},{gone}"
        users = ("--users", "12", "--spawn-rate", "12")
        done = run_locust(*users, LENSWRIGHT_LOAD_URLS=urls, LENSWRIGHT_API_KEY="secret")
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert f"{honest.url}: {sum(honest.seen.values())} requests, 0 failed" in said
    asked, wrong = sum(lying.seen.values()), lying.seen["/predict"]
    assert f"{lying.url}: {asked} requests, {wrong} failed" in said
    assert re.search(rf"{gone}: (\d+) requests, \1 failed", said)
    assert re.search(rf"POST /predict {lying.url}: .*the model version", said)
    assert re.search(rf"POST /predict {gone}: .*status 0", said)
    assert honest.keys == lying.keys == {"secret"}


def test_with_several_processes_users_reach_every_instance_and_the_warm_up_is_not_counted() -> None:
    with stand_in() as first, stand_in() as second:
        urls = f"{first.url},{second.url}"
        arguments = ("--processes", "2", "--users", "2", "--run-time", "4s")  # one user each
        done = run_locust(*arguments, LENSWRIGHT_LOAD_URLS=urls, LENSWRIGHT_LOAD_WARM_UP_S="2")
    assert done.returncode == 0, done.stderr
    counted = re.findall(r"http://127.0.0.1:\d+: (\d+) requests, 0 failed", done.stderr)
    assert len(counted) == 2
    assert min(sum(server.seen.values()) for server in (first, second)) > 0
    assert 0 < sum(map(int, counted)) < sum(first.seen.values()) + sum(second.seen.values())


def test_a_quick_but_wrong_answer_fails_the_load_test() -> None:
    with stand_in(PREDICTION | {"probabilities": {"cat": 0.75, "dog": 0.75}}) as server:
        done = run_locust("--host", server.url)
    assert done.returncode == 1
    assert "wrong answer: the probabilities sum to 1.5" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"predicted_class": "cow"}, "'cow' is none of"),
        ({"confidence": 0.25}, "the confidence is 0.25"),
        ({"predicted_class": "dog", "confidence": 0.75}, "the confidence is 0.75"),
        ({"probabilities": {}}, "expected probabilities"),
        ({"status": "sure"}, "expected a status"),
        ({"model_version": ""}, "the model version or the request id"),
        ({"prediction_time": 0}, "expected a prediction time"),
    ],
)
def test_a_prediction_is_checked_in_every_promise(change: dict[str, Any], fault: str | None) -> None:
    found = prediction_fault(PREDICTION | change)
    assert found == fault if fault is None else fault in str(found)


def test_answers_of_another_shape_are_faults() -> None:
    assert "lacks predicted_class" in str(prediction_fault({"label": "cat"}))
    assert "received str" in str(prediction_fault("<html>"))
    assert "lacks model_version" in str(status_fault({"status": "ok"}))
    assert "no_model" in str(status_fault(STATUS | {"status": "no_model", "model_version": None}))
    assert "expected 2 results" in str(upload_fault({"results": [STORED]}, 2))
    assert "without an id" in str(upload_fault({"results": [STORED | {"id": None}]}, 1))


def test_drawn_photos_differ_and_weigh_what_real_ones_weigh() -> None:
    photos = photo_pool(8)
    assert len(set(photos)) == 8
    assert draw_photo(3) == photos[3]
    assert all(17_000 < len(photo) < 26_000 for photo in photos)


def test_photos_of_a_folder_are_sent_instead(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    for seed in range(3):
        (tmp_path / "cat" / f"{seed}.jpg").write_bytes(draw_photo(seed, (60, 40)))
    assert set(photo_pool(10, tmp_path)) == {draw_photo(seed, (60, 40)) for seed in range(3)}
    with pytest.raises(FileNotFoundError, match="There are none"):
        photo_pool(10, tmp_path / "empty")
