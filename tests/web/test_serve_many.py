"""One command for several instances: real processes, which are small stand-ins here."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.instance import free_port

FLEET = Path(__file__).with_name("fleet.py")


class Fleet:
    """A started parent and what it says."""

    def __init__(self, how: str, *ports: int) -> None:
        command = [sys.executable, str(FLEET), how, *map(str, ports)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.said = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said += line

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < ends, self.said
            time.sleep(0.02)

    def end(self, *, sent: int | None = None) -> int:
        if sent is not None:
            self.process.send_signal(sent)
        status = self.process.wait(20)
        self._reader.join(20)
        return status


@pytest.fixture
def start() -> Iterator[Callable[..., Fleet]]:
    started: list[Fleet] = []

    def begin(how: str, *ports: int) -> Fleet:
        started.append(Fleet(how, *ports))
        return started[-1]

    yield begin
    for fleet in started:
        if fleet.process.poll() is None:
            fleet.end(sent=signal.SIGTERM)
        fleet.process.stderr.close()  # type: ignore[union-attr]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_and_leaves_nobody(start: Callable[..., Fleet], sent: signal.Signals) -> None:
    fleet = start("listens", free_port(), free_port(), free_port())
    fleet.wait_until(lambda: "all instances answer" in fleet.said)
    children = fleet.children()
    assert len(children) == 3
    assert fleet.end(sent=sent) == 0
    assert "all instances have ended" in fleet.said
    assert not any(child.is_running() for child in children)


def test_an_instance_that_does_not_heed_is_killed(start: Callable[..., Fleet]) -> None:
    fleet = start("stubborn", free_port())
    fleet.wait_until(lambda: "all instances answer" in fleet.said)
    (child,) = fleet.children()
    assert fleet.end(sent=signal.SIGTERM) == 0
    assert "does not end and is killed" in fleet.said
    assert not child.is_running()


def test_a_killed_parent_takes_its_instances_along(start: Callable[..., Fleet]) -> None:
    fleet = start("listens", free_port(), free_port())
    fleet.wait_until(lambda: "all instances answer" in fleet.said)
    children = fleet.children()
    fleet.end(sent=signal.SIGKILL)
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_an_instance_that_falls_is_said_and_started_anew(start: Callable[..., Fleet]) -> None:
    port = free_port()
    fleet = start("falls", port)
    fleet.wait_until(lambda: fleet.said.count(f"the instance on port {port} ended (exit status 3)") >= 2)
    assert "it starts anew in 1 s" in fleet.said
    assert f"the instance on port {port} answers again" in fleet.said
    assert "it starts anew in 2 s" in fleet.said
    assert fleet.end(sent=signal.SIGTERM) == 0


def test_an_instance_that_cannot_start_ends_all_with_its_reason(start: Callable[..., Fleet]) -> None:
    ports = free_port(), free_port()
    fleet = start("fails", *ports)
    assert fleet.end() == 1
    assert "the disk is full" in fleet.said
    assert any(f"The instance on port {port} did not start (exit status 1)" in fleet.said for port in ports)
    assert "Traceback" not in fleet.said


def test_every_port_that_cannot_be_had_is_named_before_anything_starts(start: Callable[..., Fleet]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = (one.getsockname()[1], other.getsockname()[1]), free_port()
        fleet = start("listens", free, *taken, free)
        assert fleet.end() == 1
    for port in taken:
        assert f"Cannot listen on 127.0.0.1:{port}" in fleet.said
    assert f"Port {free} is given twice." in fleet.said
    assert "have ended" not in fleet.said


def test_a_port_that_is_none_is_refused_by_name() -> None:
    for ports in ("70000", "many"):
        app = [sys.executable, str(FLEET.parents[2] / "app.py"), "--ports", str(free_port()), ports]
        done = subprocess.run(app, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
        assert ports in done.stderr
        assert "Traceback" not in done.stderr
