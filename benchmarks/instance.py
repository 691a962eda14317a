"""Servers as child processes on free ports: started, timed to their first answer, weighed, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

REPOSITORY = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0


@dataclass(frozen=True)
class Instance:
    """A server that answers; `start_s` is the time from its start to its first right answer."""

    url: str
    start_s: float
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def memory_mb(self) -> float:
        """Return the resident memory of the process that serves: the largest of the tree, in MB."""
        parent = psutil.Process(self.process.pid)
        tree = [parent, *parent.children(recursive=True)]
        return max(member.memory_info().rss for member in tree) / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(
    command: Sequence[str], first: urllib.request.Request, port: int, environment: Mapping[str, str]
) -> Iterator[Instance]:
    """Run `command` until the block ends. Raises RuntimeError with its log if it never answers `first`."""
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while not _answers(first):
                if process.poll() is not None or time.perf_counter() - began > START_LIMIT_S:
                    log.seek(0)
                    raise RuntimeError(f"{command[0]} does not answer:\n{log.read().decode()[-2000:]}")
                time.sleep(0.005)
            yield Instance(f"http://127.0.0.1:{port}", time.perf_counter() - began, process)
        finally:
            _stop(process)


@contextmanager
def running_api(
    home: Path, *, bundled: Path | None = None, photo: bytes | None = None, **settings: str
) -> Iterator[Instance]:
    """Run one API on `home`; it is up once it classifies `photo`, or is ready where none is given."""
    port = free_port()
    url = f"http://127.0.0.1:{port}" + ("/predict" if photo else "/health/ready")
    named = {f"LENSWRIGHT_{name.upper()}": value for name, value in settings.items()}
    named["LENSWRIGHT_BUNDLED_MODELS"] = str(bundled or home / "models")
    first = urllib.request.Request(url, data=photo, headers={"Content-Type": "image/jpeg"})
    command = ["app.py", "--port", str(port), "--home", str(home), "--log-level", "warning"]
    with running(command, first, port, named) as instance:
        yield instance


def _answers(first: urllib.request.Request) -> bool:
    try:
        with urllib.request.urlopen(first, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, reset, or an HTTP error such as 503 while the model loads
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
