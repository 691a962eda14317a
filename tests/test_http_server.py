"""The server in a real process: it listens, refuses, stops in order and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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


def raw(port: int, *parts: bytes, limit_s: float = 8) -> bytes:
    """Return all that the server sends, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=limit_s) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(partial(connection.recv, 65_536), b""))


@pytest.fixture
def running(start: Start, port: int) -> int:
    start(port)
    wait_until(lambda: answers(port))
    return port


@pytest.mark.parametrize("size", [0, 1, 100_000, 300_000, 5_000_000])
def test_a_body_of_any_size_arrives_whole_announced_or_in_chunks(running: int, size: int) -> None:
    url = f"http://127.0.0.1:{running}/read"
    assert requests.post(url, data=bytes(size), timeout=10).text == str(size)
    pieces = (bytes(70_000)[: size - start] for start in range(0, size, 70_000))
    assert requests.post(url, data=pieces, timeout=10).text == str(size)


@pytest.mark.parametrize("size", [1_000, 2_000_000])
def test_a_body_that_is_torn_is_never_taken_for_a_whole_one(running: int, size: int) -> None:
    head = f"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    answer = raw(running, head, bytes(size - 1))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"closed before its end" in answer


@pytest.mark.parametrize("size", [1_000, 2_000_000])
def test_who_waits_for_100_continue_gets_it_when_the_app_reads(running: int, size: int) -> None:
    head = f"POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running), timeout=8) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(bytes(size))
        answer = b""
        while str(size).encode() not in answer:  # it may come in pieces
            piece = connection.recv(1000)
            assert piece, answer
            answer += piece


def test_a_large_body_that_the_app_does_not_read_is_not_asked_for(running: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n"
    answer = raw(running, head)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"answered")


def test_a_streamed_answer_arrives_whole_and_a_broken_one_does_not_look_whole(running: int) -> None:
    assert len(requests.get(f"http://127.0.0.1:{running}/stream?40", timeout=10).content) == 40 * 50_000
    with pytest.raises(requests.RequestException):
        _ = requests.get(f"http://127.0.0.1:{running}/broken", timeout=10).content
    assert get(running) == "answered"


def test_who_reads_a_stream_slowly_costs_no_memory_and_in_the_end_the_stream(start: Start, port: int) -> None:
    server = start(port)
    wait_until(lambda: answers(port))
    (worker,) = psutil.Process(server.pid).children()
    before = worker.memory_info().rss
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /stream?4000 HTTP/1.1\r\nHost: x\r\n\r\n")  # 200 MB
        assert server.stderr is not None
        wait_until(lambda: "stream closed" in server.stderr.readline())
    assert worker.memory_info().rss - before < 50_000_000
    assert get(port) == "answered"


def test_head_and_header_names_reach_the_app_as_wsgi_has_them(running: int) -> None:
    url = f"http://127.0.0.1:{running}"
    headed = requests.head(url, timeout=5)
    assert (headed.headers["Content-Length"], headed.content) == ("8", b"")
    sent = {"X-Forwarded-For": "right", "X_Forwarded_For": "forged", "Cookie": "a=1"}
    told = requests.get(f"{url}/environ?q=%20", headers=sent, timeout=5).json()
    assert told["HTTP_X_FORWARDED_FOR"] == "right"
    assert told["HTTP_COOKIE"] == "a=1"
    assert told["REMOTE_ADDR"] == "127.0.0.1"
    assert told["QUERY_STRING"] == "q=%20"


def test_beyond_threads_and_queue_a_request_is_refused_at_once(running: int) -> None:
    url = f"http://127.0.0.1:{running}/slow"
    with ThreadPoolExecutor(12) as pool:
        statuses = [
            answer.status_code for answer in pool.map(lambda _: requests.get(url, timeout=9), range(12))
        ]
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= 6  # four threads and a queue of two
