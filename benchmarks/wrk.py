"""The load by wrk, a load generator in C that leaves the CPU to the server; Debian has it as a package."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from benchmarks import http_load
from benchmarks.http_load import TIMEOUT_S, Load, Measured, merged

SCRIPT = Path(__file__).with_suffix(".lua")
MARK = "MEASURED "

Drive = Callable[[Sequence[str], Load], Measured]


def best_driver(asked: str = "auto") -> tuple[str, Drive]:
    """Return the name and the function of what puts load on servers: `wrk`, or `own` where there is none.

    Raises FileNotFoundError if `wrk` is asked for and is not installed.
    """
    found = shutil.which("wrk") is not None
    if asked == "wrk" and not found:
        raise FileNotFoundError("Expected the program wrk on the path (apt install wrk). It is not there.")
    return ("wrk", drive) if asked != "own" and found else ("own", http_load.drive)


def drive(urls: Sequence[str], load: Load) -> Measured:
    """Put `load` on the servers, the connections spread evenly over them, and measure every answer."""
    shares = [len(range(number, load.connections, len(urls))) for number in range(len(urls))]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(urls)) as tools:
        for number, body in enumerate(load.bodies):
            Path(folder, str(number)).write_bytes(body)
        jobs = [
            tools.submit(_run, url, replace(load, connections=share), folder)
            for url, share in zip(urls, shares, strict=True)
            if share
        ]
        return merged([parse(job.result()) for job in jobs])


def parse(output: str) -> Measured:
    """Return what the script printed among wrk's own lines. Raises ValueError if it printed nothing."""
    for line in output.splitlines():
        if line.startswith(MARK):
            said = json.loads(line.removeprefix(MARK))
            return Measured(tuple(sorted(said["latencies_ms"])), int(said["errors"]), float(said["seconds"]))
    raise ValueError(f"Expected a line {MARK}... from wrk. Received: {output[-500:]!r}.")


def _run(url: str, load: Load, folder: str) -> str:
    """Run wrk with one thread a connection, so that the script knows which answer is whose."""
    connections, seconds = str(load.connections), max(1, round(load.seconds))
    script = (
        folder,
        str(len(load.bodies)),
        load.path,
        load.content_type,
        load.expected.decode(),
        connections,
    )
    command = [
        *("wrk", "--threads", connections, "--connections", connections, "--duration", f"{seconds}s"),
        *("--timeout", f"{TIMEOUT_S:.0f}s", "--script", str(SCRIPT), url, "--", *script),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode:
        raise ValueError(f"wrk ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout
