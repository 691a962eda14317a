"""The server in a real process: it listens, refuses, stops in order and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from benchmarks.instance import free_port

SCRIPT = Path(__file__).parent / "wsgi_server.py"
Start = Callable[..., "subprocess.Popen[str]"]


def get(port: int, path: str = "/") -> str:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5).text


def wait_until(condition: Callable[[], bool], limit_s: float = 8) -> None:
    ends = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def answers(port: int) -> bool:
    try:
        return get(port) == "answered"
    except requests.ConnectionError:
        return False


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(port: int, *mode: str) -> subprocess.Popen[str]:
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
        command = [sys.executable, str(SCRIPT), str(port), *mode]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        signal.signal(signal.SIGHUP, before)
        started.append(server)
        return server

    yield begin
    for server in started:
        if server.poll() is None:
            server.terminate()
        server.communicate(timeout=15)


def test_says_its_address_once_it_listens(start: Start, port: int) -> None:
    server = start(port)
    assert server.stderr is not None
    assert f"a test listens on http://127.0.0.1:{port}" in server.stderr.readline()
    assert get(port) == "answered"


def test_a_port_in_use_is_refused_with_a_sentence_and_the_first_goes_on(start: Start, port: int) -> None:
    start(port)
    wait_until(lambda: answers(port))
    second = start(port)
    _, said = second.communicate(timeout=10)
    assert second.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in said
    assert "Traceback" not in said
    assert get(port) == "answered"


def test_an_app_that_cannot_be_built_ends_the_service_with_its_reason(start: Start, port: int) -> None:
    server = start(port, "fail")
    _, said = server.communicate(timeout=10)
    assert server.returncode == 1
    assert "Cannot start: the disk is full" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_answers_what_is_in_work_and_closes_in_order(start: Start, port: int, how: int) -> None:
    server = start(port)
    wait_until(lambda: answers(port))
    with ThreadPoolExecutor() as pool:
        in_work = pool.submit(get, port, "/slow")
        time.sleep(0.2)
        server.send_signal(how)
        assert in_work.result() == "answered"
    _, said = server.communicate(timeout=10)
    assert server.returncode == 0
    assert said.count("closed in order") == 1


def test_a_client_that_stalls_does_not_hold_up_the_stop(start: Start, port: int) -> None:
    server = start(port)
    wait_until(lambda: answers(port))
    with socket.create_connection(("127.0.0.1", port)) as stalled:
        stalled.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf")
        time.sleep(0.2)
        began = time.monotonic()
        server.terminate()
        _, said = server.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert said.count("closed in order") == 1


def test_a_killed_parent_takes_its_worker_along_and_frees_the_port(start: Start, port: int) -> None:
    server = start(port)
    wait_until(lambda: answers(port))
    (worker,) = psutil.Process(server.pid).children()
    server.kill()
    wait_until(lambda: not worker.is_running())
    start(port)
    wait_until(lambda: answers(port))


def test_a_crashed_worker_is_replaced(start: Start, port: int) -> None:
    server = start(port)
    assert server.stderr is not None
    server.stderr.readline()  # it listens, and the parent knows
    time.sleep(0.1)
    psutil.Process(server.pid).children()[0].kill()
    wait_until(lambda: answers(port))


def test_ctrl_c_in_a_terminal_is_for_the_parent_which_stops_the_worker(start: Start, port: int) -> None:
    server = start(port)
    wait_until(lambda: answers(port))
    (worker,) = psutil.Process(server.pid).children()
    assert os.getpgid(worker.pid) != os.getpgid(server.pid)
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=5)
    assert not psutil.pid_exists(worker.pid)
