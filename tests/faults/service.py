"""A real API process on a home of its own: started, killed and started again on the same files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks.instance import free_port
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.models import TASK, write_tiny_bundle

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST, SECOND = "20261121-070000-000a", "20261121-080000-000b"  # two versions that answer differently
SHARPNESS = {FIRST: 2.0, SECOND: 6.0}
FULL_SIZE = bool(os.environ.get("LENSWRIGHT_FAULTS_FULL_SIZE"))  # as `python -m benchmarks.faults` asks
ACTIVE = ("queued", "running")  # states of a run
START_S = 90.0
STOP_S = 25.0


def stock(home: Path) -> Bundles:
    """Write both versions into `home`; the second, newer one becomes the champion at the first start."""
    bundles = Bundles(Blobs(str(home / "models")))
    for version, sharpness in SHARPNESS.items():
        write_tiny_bundle(bundles, version=version, sharpness=sharpness)
    return bundles


def known_answers(bundles: Bundles, photos: list[bytes]) -> dict[str, list[dict[str, float]]]:
    """Return what each version answers to each of `photos`: its probabilities by class."""
    return {
        version: [
            dict(Classifier(bundles.load(TASK, version)).classify(data).probabilities) for data in photos
        ]
        for version in SHARPNESS
    }


class Service:
    """`python app.py` on `home`; every start listens on the same port."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / f"{home.name}.log"
        self._settings = {"LENSWRIGHT_BUNDLED_MODELS": str(home / "models")} | _named(settings)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True, **settings: str) -> "Service":
        """Start the processes and return once they are ready, or at once."""
        self.home.mkdir(parents=True, exist_ok=True)
        named = self._settings | _named(settings) | {"LENSWRIGHT_HOME": str(self.home)}
        self._process = run_script("app.py", self.port, self.log, named)
        if ready:
            self.wait_until_ready()
        return self

    @property
    def pid(self) -> int:
        """The parent process, which watches; its only child serves."""
        assert self._process is not None
        return self._process.pid

    @property
    def worker(self) -> psutil.Process:
        """The process that serves."""
        return psutil.Process(self.pid).children()[0]

    def wait_until_ready(self) -> None:
        wait_for(self._is_ready, START_S, lambda: f"the API did not get ready:\n{self.words()}")

    def _is_ready(self) -> bool:
        assert self._process is None or self._process.poll() is None, f"the API ended:\n{self.words()}"
        try:
            return requests.get(f"{self.url}/health/ready", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """End parent and worker at once, as a power cut would; a trainer lives on."""
        assert self._process is not None
        members = [psutil.Process(self.pid), *_workers(self.pid)]
        for member in members:
            kill_quietly(member)
        psutil.wait_procs(members[1:], timeout=STOP_S)
        self._process.wait(STOP_S)

    def stop(self) -> int:
        """Stop in order and return the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_S)

    def ended(self, limit_s: float) -> int:
        """Wait until it has ended by itself and return the exit status."""
        assert self._process is not None
        return self._process.wait(limit_s)

    def close(self) -> None:
        """Leave no process of this home behind, whatever became of the test."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        for trainer in self.trainers():
            kill_quietly(trainer)

    def trainers(self) -> list[psutil.Process]:
        """Return the training processes that work on this home."""
        return [process for process in psutil.process_iter() if self._is_trainer(process)]

    def _is_trainer(self, process: psutil.Process) -> bool:
        try:
            if "lenswright.training" not in process.cmdline() or process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.environ().get("LENSWRIGHT_HOME") == str(self.home.resolve())
        except psutil.Error:
            return False

    def words(self, lines: int = 30) -> str:
        """Return the last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def answer(self, path: str, **params: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", params=params, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.answer(path, **params)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, timeout_s: float = 60, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}{path}", timeout=timeout_s, **body)

    def predict(self, data: bytes, task: str = TASK) -> dict[str, Any]:
        answer = self.post("/predict", params={"task": task}, files={"image": ("p.jpg", data)})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def promote(self, version: str) -> requests.Response:
        return self.post(f"/models/{version}/promote")

    def run(self, run_id: int) -> dict[str, Any]:
        """Return where the run stands."""
        status: dict[str, Any] = self.get("/training-status", run_id=run_id)
        return status

    def finished_run(self, run_id: int, limit_s: float = 300.0) -> dict[str, Any]:
        """Return the status of the run once it has ended."""
        status: dict[str, Any] = {}

        def ended() -> bool:
            status.update(self.run(run_id))
            return status["state"] not in ACTIVE

        wait_for(ended, limit_s, lambda: f"run {run_id} did not end: {status}", every_s=0.3)
        return status

    def champion(self) -> str:
        return str(self.get("/models", task=TASK)["champion"])


def run_script(
    script: str, port: int, log: Path, settings: Mapping[str, str], *arguments: str
) -> subprocess.Popen[bytes]:
    """Start `script` of the repository on `port`, in a session of its own."""
    environment = os.environ | {"LENSWRIGHT_ALLOW_DOWNLOAD": "false", "LENSWRIGHT_LOG_LEVEL": "WARNING"}
    with log.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, str(REPOSITORY / script), "--port", str(port), *arguments],
            env=environment | settings, cwd=log.parent, stdout=stream, stderr=stream, start_new_session=True,
        )  # fmt: skip


def _named(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"LENSWRIGHT_{name.upper()}": value for name, value in settings.items()}


def kill_quietly(process: psutil.Process) -> None:
    """Send SIGKILL; one that is gone already is as good."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _workers(pid: int) -> list[psutil.Process]:
    """Return the serving process of this parent, without the trainers it started."""
    return [child for child in psutil.Process(pid).children() if "lenswright.training" not in child.cmdline()]


def wait_for(
    done: Callable[[], bool], limit_s: float, words: Callable[[], str], *, every_s: float = 0.02
) -> None:
    """Wait until `done()`; fail with `words()` after `limit_s`."""
    deadline = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < deadline, words()
        time.sleep(every_s)
