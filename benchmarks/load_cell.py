"""One cell of the load report: so many instances under so many Locust users, measured once warm."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import psutil

from benchmarks.instance import REPOSITORY, free_port, running
from benchmarks.photos import draw_photo
from lenswright.cpus import cpu_count

SPAWN_S = 4  # in which all users come
STOP_S = 15  # for answers that are still on their way at the end
JPEG = {"Content-Type": "image/jpeg"}


@dataclass(frozen=True)
class Asked:
    """What Locust counted of all, or of one port: latencies in ms, as Locust rounds them."""

    requests: int
    failures: int
    per_s: float
    times_ms: Mapping[int, int]

    def percentile(self, share: float) -> int:
        """Return the least latency in ms that at least `share` of the requests do not exceed."""
        left = ceil(share * sum(self.times_ms.values()))
        for time_ms in sorted(self.times_ms):
            left -= self.times_ms[time_ms]
            if left <= 0:
                return time_ms
        return 0


@dataclass(frozen=True)
class Cell:
    """What was seen in `seconds`; `locust_share` and `api_share` are of all CPUs, 0..1."""

    instances: int
    users: int
    seconds: float
    total: Asked
    ports: Sequence[Asked]
    locust_share: float
    api_share: float


@dataclass(frozen=True)
class Plan:
    """How every cell is measured; `processes` are Locust's."""

    seconds: float
    warm_up_s: float
    processes: int = 1


def measure(home: Path, instances: int, users: int, plan: Plan) -> Cell:
    """Start the instances on `home`, let the users loose on them, and return what they saw."""
    ports = [free_port() for _ in range(instances)]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    command = [sys.executable, "app.py", "--ports", *map(str, ports), "--home", str(home)]
    settings = {
        "LENSWRIGHT_BUNDLED_MODELS": str(REPOSITORY / "models"),
        "LENSWRIGHT_LOG_LEVEL": "WARNING",
    }
    photo = draw_photo(0)
    first = [urllib.request.Request(f"{url}/predict", data=photo, headers=JPEG) for url in urls]
    with running(command, first[0], ports[0], settings) as parent:
        for request in first[1:]:
            _wait_for(request)
        entries, shares = _let_loose(urls, users, plan, parent.process.pid)
    seconds = _counted_s(entries)
    seen = [_asked([entry for entry in entries if _is_of(entry, url, urls)], seconds) for url in urls]
    return Cell(instances, users, seconds, _asked(entries, seconds), seen, *shares)


def _wait_for(request: urllib.request.Request) -> None:
    for attempt in itertools.count():
        try:
            urllib.request.urlopen(request, timeout=10).close()
            return
        except OSError:
            if attempt > 300:
                raise
            time.sleep(0.1)


def _let_loose(
    urls: Sequence[str], users: int, plan: Plan, api_pid: int
) -> tuple[list[dict[str, Any]], tuple[float, float]]:
    """Run Locust; return its entries, and which share of all CPUs it and the instances took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "locust", "-f", "locustfile.py", "--headless", "--only-summary"]
        command += ["--users", str(users), "--spawn-rate", str(ceil(users / SPAWN_S))]
        command += ["--run-time", f"{plan.warm_up_s + plan.seconds:.0f}s", "--stop-timeout", str(STOP_S)]
        command += ["--json-file", f"{folder}/stats", "--exit-code-on-error", "0"]
        command += ["--processes", str(plan.processes)] if plan.processes > 1 else []
        named = {"LENSWRIGHT_LOAD_URLS": ",".join(urls), "LENSWRIGHT_LOAD_WARM_UP_S": str(plan.warm_up_s)}
        with (Path(folder) / "log").open("w+") as log:
            locust = subprocess.Popen(
                command, cwd=REPOSITORY, env=os.environ | named, stdout=log, stderr=subprocess.STDOUT
            )
            shares = _watch(locust, api_pid, plan)
            if locust.returncode != 0:
                log.seek(0)
                raise RuntimeError(f"Locust ended with {locust.returncode}:\n{log.read()[-3000:]}")
        return json.loads((Path(folder) / "stats.json").read_text()), shares


def _watch(locust: subprocess.Popen[bytes], api_pid: int, plan: Plan) -> tuple[float, float]:
    """Wait for the end; return the shares of all CPUs that Locust and the instances took once warm."""
    began = time.monotonic()
    seen: list[tuple[float, float, float]] = []
    while locust.poll() is None:
        elapsed_s = time.monotonic() - began
        if plan.warm_up_s + 1 < elapsed_s < plan.warm_up_s + plan.seconds:
            seen.append((elapsed_s, _cpu_s(locust.pid), _cpu_s(api_pid)))
        time.sleep(0.5)
    if len(seen) < 2:
        return 0.0, 0.0
    (began_s, *before), (ended_s, *after) = seen[0], seen[-1]
    whole = (ended_s - began_s) * cpu_count()
    return (after[0] - before[0]) / whole, (after[1] - before[1]) / whole


def _cpu_s(pid: int) -> float:
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
        return sum(sum(member.cpu_times()[:2]) for member in tree)
    except psutil.Error:  # it ended while it was counted
        return 0.0


def _counted_s(entries: Sequence[Mapping[str, Any]]) -> float:
    """Return from when to when Locust counted: a busy one begins late, and the last answers come late."""
    ended = [entry["last_request_timestamp"] for entry in entries if entry["last_request_timestamp"]]
    return max(1e-3, max(ended) - min(entry["start_time"] for entry in entries)) if ended else 1e-3


def _is_of(entry: Mapping[str, Any], url: str, urls: Sequence[str]) -> bool:
    return len(urls) == 1 or str(entry["name"]).endswith(f" {url}")


def _asked(entries: Iterable[Mapping[str, Any]], seconds: float) -> Asked:
    times: Counter[int] = Counter()
    requests = failures = 0
    for entry in entries:
        requests += entry["num_requests"]
        failures += entry["num_failures"]
        times.update({round(float(time_ms)): count for time_ms, count in entry["response_times"].items()})
    return Asked(requests, failures, requests / seconds, dict(times))
