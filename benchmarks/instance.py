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
from contextlib import contextmanager, suppress
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

    def post(self, path: str) -> Any:
        """Send an empty body. Raises urllib.error.HTTPError when refused."""
        asked = urllib.request.Request(self.url + path, data=b"", method="POST")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    def server(self) -> psutil.Process:
        """Return the process that serves: the largest of the tree."""
        return max(self._tree(), key=lambda member: member.memory_info().rss)

    def memory_mb(self) -> float:
        """Return the resident memory of the process that serves, in MB."""
        return float(self.server().memory_info().rss / 1e6)

    def all_memory_mb(self) -> float:
        """Return the memory of all its processes in MB, pages that they share counted once (PSS)."""
        return float(sum(member.memory_full_info().pss for member in self._tree()) / 1e6)

    def cpu_s(self) -> float:
        """Return the CPU seconds that its processes have used so far."""
        times = [member.cpu_times() for member in self._tree()]
        return float(sum(time.user + time.system for time in times))

    def _tree(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(
    command: Sequence[str],
    first: urllib.request.Request,
    port: int,
    environment: Mapping[str, str],
    *,
    start_limit_s: float = START_LIMIT_S,
) -> Iterator[Instance]:
    """Run `command` until the block ends. Raises RuntimeError with its log if it never answers `first`."""
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while not _answers(first):
                if process.poll() is not None or time.perf_counter() - began > start_limit_s:
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
    command = [sys.executable, "app.py", "--port", str(port), "--home", str(home), "--log-level", "warning"]
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
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_LIMIT_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # itself, or workers that some servers leave behind
    process.wait()
