"""A real instance: `python app.py` in a home of its own, with the model that ships in the repository."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.instance import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
START_S = 30.0


@dataclass(frozen=True)
class LiveInstance:
    """An API that runs; `home` is where its state lies."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def get(self, path: str, **params: Any) -> Any:
        return requests.get(f"{self.url}{path}", params=params, timeout=30).json()

    def post(self, path: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}{path}", timeout=60, **body)

    def finished_run(self, run_id: int, timeout_s: float = 150.0) -> dict[str, Any]:
        """Return the status of the run once it has ended."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            status: dict[str, Any] = self.get("/training-status", run_id=run_id)
            if status["state"] not in ("queued", "running"):
                return status
            time.sleep(0.3)
        raise AssertionError(f"run {run_id} did not end in {timeout_s} s: {status}")


def start_instance(home: Path, log: Path) -> LiveInstance:
    """Start `app.py` and return once it is ready."""
    port = free_port()
    environment = os.environ | {
        "LENSWRIGHT_HOME": str(home),
        "LENSWRIGHT_ALLOW_DOWNLOAD": "false",
        "LENSWRIGHT_BUNDLED_MODELS": str(REPOSITORY / "models"),
    }
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "app.py"), "--port", str(port)],
            env=environment, stdout=stream, stderr=stream,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/health/ready", timeout=2).ok:
                return LiveInstance(url, home, process)
        except requests.ConnectionError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the API did not start: {log.read_text()}")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInstance]:
    folder = tmp_path_factory.mktemp("instance")
    live = start_instance(folder / "home", folder / "api.log")
    yield live
    live.process.terminate()
    assert live.process.wait(20) == 0, (folder / "api.log").read_text()
