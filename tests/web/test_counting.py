"""Counters: exact under many threads, bounded in memory, shared through Redis, and never in the way."""

import logging
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.instance import free_port
from lenswright.web import counting
from lenswright.web.counting import MemoryCounter, SharedCounter, counter

WINDOW_S = 60


def test_a_count_begins_anew_when_its_window_is_over() -> None:
    now = [0.0]
    counts = MemoryCounter(lambda: now[0])
    assert [counts.count("a", WINDOW_S), counts.count("a", WINDOW_S), counts.count("b", WINDOW_S)] == [
        1,
        2,
        1,
    ]
    assert counts.counted("a") == 2
    now[0] = 60.0
    assert (counts.counted("a"), counts.counted("never")) == (0, 0)
    assert counts.count("a", WINDOW_S) == 1


def test_no_count_is_lost_among_threads() -> None:
    counts = MemoryCounter()

    def work() -> None:
        for _ in range(2_000):
            counts.count("a", WINDOW_S)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.counted("a") == 16_000


def test_a_flood_of_ever_new_names_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTERS", 100)
    now = [0.0]
    counts = MemoryCounter(lambda: now[0])
    for number in range(1_000):
        counts.count(f"address {number}", WINDOW_S)
    assert len(counts._counts) == 100
    assert counts.counted("address 999") == 1
    now[0] = 61.0
    counts.count("later", WINDOW_S)
    assert len(counts._counts) == 1


def test_no_thread_is_started_to_count() -> None:
    counts, before = MemoryCounter(), threading.active_count()
    for _ in range(5):
        counts.count("a", WINDOW_S)
        time.sleep(0.012)
    assert threading.active_count() == before


def test_without_a_setting_each_process_counts_by_itself() -> None:
    assert isinstance(counter(""), MemoryCounter)


class Redis:
    """A real server of our own, which can be stopped and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://:sesame99@127.0.0.1:{self.port}/0"
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command = [program, *where, "--save", "", "--requirepass", "sesame99"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Redis":
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        ends = time.monotonic() + 10
        while not self._listens():
            assert time.monotonic() < ends, "redis-server does not answer"
            time.sleep(0.02)
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    pytest.importorskip("limits", reason="the package limits is not installed")
    pytest.importorskip("redis", reason="the package redis is not installed")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    server = Redis(program, tmp_path)
    try:
        yield server.start()
    finally:
        server.stop()


def test_instances_count_together_in_redis(redis: Redis) -> None:
    one, other = counter(redis.url), counter(redis.url)
    assert [one.count("a", WINDOW_S), other.count("a", WINDOW_S), one.count("a", WINDOW_S)] == [1, 2, 3]
    assert (one.counted("a"), other.counted("a"), other.counted("b")) == (3, 3, 0)


def test_a_redis_that_goes_away_and_comes_back_fails_no_count(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    counts = SharedCounter(redis.url, away_s=0.05)
    assert counts.count("a", WINDOW_S) == 1
    redis.stop()
    with caplog.at_level(logging.INFO):
        assert [counts.count("a", WINDOW_S) for _ in range(3)] == [1, 2, 3]  # this process by itself
        assert counts.counted("a") == 3
        time.sleep(0.06)
        assert counts.count("a", WINDOW_S) == 4  # asked again, still away
        redis.start()
        time.sleep(0.06)
        assert counts.count("a", WINDOW_S) == 1
    said = [line.message for line in caplog.records if line.name.endswith("counting")]
    assert len([line for line in said if "Redis is away" in line]) == 1
    assert "Redis is back" in said[-1]
    assert "sesame99" not in caplog.text


def test_a_redis_that_hangs_holds_up_one_request_for_a_moment_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("redis", reason="the package redis is not installed")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        counts = SharedCounter(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert counts.count("a", WINDOW_S) == 1
        began = time.perf_counter()
        assert [counts.count("a", WINDOW_S) for _ in range(100)][-1] == 101
        assert time.perf_counter() - began < counting.WAIT_S
    assert "Redis is away" in caplog.text
