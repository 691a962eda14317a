"""Three instances from one command: they share models, runs and what they know of each other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from benchmarks.instance import free_port
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.models import VERSION, photo_of, write_tiny_bundle

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]

APP = Path(__file__).parents[2] / "app.py"
SECOND = "20261121-080000-0002"
SWAP_S = 3.0  # the promise for a promotion
MISSED_S = 7.0  # five seconds without a beat, and one for each side to look


@dataclass(frozen=True)
class Three:
    """The instances by their addresses, and the command that started them."""

    process: subprocess.Popen[bytes]
    urls: tuple[str, ...]

    def get(self, number: int, path: str, **params: Any) -> Any:
        return requests.get(f"{self.urls[number]}{path}", params=params, timeout=10).json()

    def post(self, number: int, path: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.urls[number]}{path}", timeout=30, **body)

    def predicted(self, number: int) -> str:
        return str(self.post(number, "/predict", data=photo_of(0)).json()["predicted_class"])

    def instances(self, number: int) -> dict[int, dict[str, Any]]:
        return {entry["port"]: entry for entry in self.get(number, "/status")["instances"]}

    def all_ready(self) -> bool:
        return all(requests.get(f"{url}/health/ready", timeout=5).ok for url in self.urls)

    def all_predict(self, expected: str) -> bool:
        return all(self.predicted(number) == expected for number in range(3))

    def ports(self) -> tuple[int, ...]:
        return tuple(int(url.rsplit(":", 1)[1]) for url in self.urls)


def wait_until(condition: Callable[[], bool], limit_s: float) -> None:
    ends = time.monotonic() + limit_s
    while True:
        try:
            if condition():
                return
        except requests.ConnectionError:
            pass
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    home = tmp_path_factory.mktemp("three")
    bundles = Bundles(Blobs(str(home / "models")))
    write_tiny_bundle(bundles)
    write_tiny_bundle(bundles, version=SECOND, classes=("moggy", "pooch"))
    ports = [free_port() for _ in range(3)]
    environment = {name: value for name, value in os.environ.items() if "LENSWRIGHT" not in name}
    environment |= {"LENSWRIGHT_BUNDLED_MODELS": str(home / "none"), "LENSWRIGHT_ALLOW_DOWNLOAD": "false"}
    command = [sys.executable, str(APP), "--ports", *map(str, ports), "--home", str(home)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, env=environment)
    started = Three(process, tuple(f"http://127.0.0.1:{port}" for port in ports))
    try:
        wait_until(started.all_ready, 120)
        yield started
        family = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.terminate()
        status = process.wait(60)
    assert status == 0, (home / "log").read_text()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert "Traceback" not in (home / "log").read_text()


def test_a_promotion_on_one_answers_on_all_within_three_seconds(three: Three) -> None:
    for version, expected in ((SECOND, "moggy"), (VERSION, "cat"), (SECOND, "moggy"), (VERSION, "cat")):
        three.post(1, f"/models/{version}/promote").raise_for_status()
        wait_until(partial(three.all_predict, expected), SWAP_S)
    wait_until(
        lambda: {e["versions"]["cats-vs-dogs"] for e in three.instances(2).values()} == {VERSION}, SWAP_S
    )


def test_every_instance_tells_of_all_and_their_sum(three: Three) -> None:
    for number, count in enumerate((2, 3, 4)):
        for _ in range(count):
            three.predicted(number)
    own = [three.get(number, "/status")["requests"]["predictions"] for number in range(3)]
    for number in range(3):

        def adds_up(number: int = number) -> bool:
            total = three.get(number, "/status")["all_instances"]
            return bool(total["count"] == 3 and total["requests"]["predictions"] == sum(own))

        wait_until(adds_up, MISSED_S)
        answers = {port: entry["answers"] for port, entry in three.instances(number).items()}
        assert answers == {port: port == three.ports()[number] for port in three.ports()}


def test_a_run_started_on_one_is_seen_refused_and_stopped_on_others(three: Three) -> None:
    for label, index in (("red", 0), ("blue", 1)):
        files = [("files[]", (f"{seed}.jpg", photo_of(index, seed=seed))) for seed in range(6)]
        form = {"label": label, "task": "colours"}
        three.post(0, "/upload-data", files=files, data=form).raise_for_status()
    endless = {"task": "colours", "preset": "scratch", "minutes": 30}
    started = three.post(0, "/train", json=endless)
    assert started.status_code == 202, started.text
    run_id = started.json()["run_id"]
    assert three.get(1, "/training-status", run_id=run_id)["state"] in ("queued", "running")
    assert three.get(1, "/status")["training"]["run_id"] == run_id
    second = three.post(2, "/train", json={"task": "colours"})
    assert (second.status_code, second.json()["run_id"]) == (409, run_id)
    assert three.post(2, "/training/stop", json={"run_id": run_id}).status_code == 202
    wait_until(lambda: three.get(1, "/training-status", run_id=run_id)["state"] == "stopped", 30)


def test_a_killed_instance_comes_back_while_the_others_answer(three: Three) -> None:
    port = three.ports()[2]
    killed = three.instances(2)[port]["pid"]
    for process in (psutil.Process(killed).parent(), psutil.Process(killed)):
        process.send_signal(signal.SIGKILL)
    assert {three.predicted(number) for number in (0, 1)} == {"cat"}
    wait_until(lambda: three.instances(0).get(port, {}).get("pid") not in (killed, None), 30)
    wait_until(lambda: three.get(1, "/status")["all_instances"]["count"] == 3, MISSED_S)
    assert three.predicted(2) == "cat"
