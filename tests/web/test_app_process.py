"""`python app.py` as people start it: real processes, one home, sometimes two of them."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.models import VERSION, photo_of, write_tiny_bundle

APP = Path(__file__).parents[2] / "app.py"
SECOND = "20261121-080000-0002"
Start = Callable[[], "Instance"]


class Instance:
    """One started app."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, str(APP), "--port", str(self.port), "--home", str(home)]
        environment = {name: value for name, value in os.environ.items() if "LENSWRIGHT" not in name}
        environment["LENSWRIGHT_BUNDLED_MODELS"] = str(home / "none")
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)

    def ready(self) -> "Instance":
        self.wait_for(lambda: requests.get(f"{self.url}/health/ready", timeout=5).ok)
        return self

    def wait_for(self, condition: Callable[[], bool], limit_s: float = 20) -> None:
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends:
            try:
                if condition():
                    return
            except requests.ConnectionError:
                assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.05)
        raise AssertionError("it did not happen in time")

    def predicted(self) -> str:
        answer = requests.post(f"{self.url}/predict", data=photo_of(0), timeout=10)
        return str(answer.json()["predicted_class"])

    def stop(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=20)[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))))
    return tmp_path


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    started: list[Instance] = []

    def begin() -> Instance:
        started.append(Instance(home))
        return started[-1]

    yield begin
    for instance in started:
        if instance.process.poll() is None:
            instance.stop()


def test_two_instances_started_at_once_share_a_home_and_swap_together(start: Start, home: Path) -> None:
    one, other = start(), start()
    one.ready()
    other.ready()
    write_tiny_bundle(Bundles(Blobs(str(home / "models"))), version=SECOND, classes=("moggy", "pooch"))
    one.stop()
    third = start().ready()  # adopts the second version, which the others then know of
    assert other.predicted() == "cat"
    requests.post(f"{third.url}/models/{SECOND}/promote", timeout=10).raise_for_status()
    assert third.predicted() == "moggy"
    other.wait_for(lambda: other.predicted() == "moggy", limit_s=3)


def test_a_stop_keeps_what_was_answered_and_says_nothing_odd(start: Start, home: Path) -> None:
    instance = start().ready()
    for _ in range(5):
        instance.predicted()
    said = instance.stop()
    assert instance.process.returncode == 0
    assert "Traceback" not in said
    with sqlite3.connect(home / "data" / "lenswright.db") as database:
        rows = database.execute("SELECT version FROM requests WHERE predicted_class = 'cat'").fetchall()
    database.close()
    assert rows == [(VERSION,)] * 5


def test_large_bodies_are_refused_without_being_held(start: Start) -> None:
    instance = start().ready()
    (worker,) = psutil.Process(instance.process.pid).children()
    before = worker.memory_info().rss
    url = f"{instance.url}/predict"

    def endless() -> Iterator[bytes]:
        yield from (b"\0" * 1_000_000 for _ in range(200))

    announced = requests.post(url, data=b"\0" * 200_000_000, timeout=20)
    assert (announced.status_code, announced.json()["code"]) == (413, "body_too_large")
    waiting = requests.post(url, data=b"", headers={"Content-Length": "200000000", "Expect": "100-continue"},
                            timeout=20)  # fmt: skip
    assert waiting.status_code == 413
    with contextlib.suppress(requests.ConnectionError):  # cut while it still sent, which some clients report
        assert requests.post(url, data=endless(), timeout=20).status_code == 413
    assert instance.predicted() == "cat"
    assert worker.memory_info().rss - before < 150_000_000


def test_a_database_from_a_newer_version_is_refused_with_a_sentence(start: Start, home: Path) -> None:
    start().ready().stop()
    with sqlite3.connect(home / "data" / "lenswright.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    instance = start()
    _, said = instance.process.communicate(timeout=20)
    assert instance.process.returncode == 1
    assert "made by a newer lenswright" in said
    assert "Traceback" not in said


def test_a_home_that_cannot_be_written_is_refused_with_a_sentence(start: Start, home: Path) -> None:
    (home / "data").write_text("a file where a folder has to be")
    instance = start()
    _, said = instance.process.communicate(timeout=20)
    assert instance.process.returncode == 1
    assert "Cannot start: The disk refused" in said
    assert "Traceback" not in said


def test_a_bad_setting_is_refused_by_name() -> None:
    environment = os.environ | {"LENSWRIGHT_PORT": "lots"}
    done = subprocess.run(
        [sys.executable, str(APP)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("LENSWRIGHT_PORT: ")


def test_a_killed_service_frees_its_port_and_loses_nothing(start: Start, home: Path) -> None:
    instance = start().ready()
    files = {"files[]": ("a.jpg", photo_of(1))}
    photo_id = requests.post(f"{instance.url}/upload-data", files=files, timeout=10).json()["results"][0][
        "id"
    ]
    for process in [*psutil.Process(instance.process.pid).children(), psutil.Process(instance.process.pid)]:
        process.send_signal(signal.SIGKILL)
    instance.process.communicate()
    again = start().ready()
    assert requests.get(f"{again.url}/dataset/images/{photo_id}", timeout=10).content == photo_of(1)
