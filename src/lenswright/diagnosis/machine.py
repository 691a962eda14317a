"""Whether the machine has what serving and training take: CPUs, memory, a clock that runs forward."""

import os
import time
from contextlib import suppress
from pathlib import Path

import psutil

from lenswright.cpus import cpu_count
from lenswright.diagnosis.finding import Finding, ok, problem, warning

CGROUP = Path("/sys/fs/cgroup")
LEAST_BYTES = 300_000_000  # a service with one small model and some room
WISHED_BYTES = 1_500_000_000  # a training run of some thousand photos beside it
AHEAD_S = 300.0


def check_cpus() -> Finding:
    """Return how many CPUs may be used, and whether a quota or the affinity takes some away."""
    usable, present = cpu_count(), os.cpu_count() or 1
    said = f"{usable} to use" + (
        f" of {present}: a quota or the affinity says so" if usable < present else ""
    )
    return ok("CPUs", said)


def check_memory(available: int) -> Finding:
    """Return whether `available` bytes of memory are enough."""
    said = f"{available / 1e9:.1f} GB available"
    if available < LEAST_BYTES:
        return problem("memory", said, f"Serving needs {LEAST_BYTES / 1e9:.1f} GB: end something else.")
    if available < WISHED_BYTES:
        advice = f"Training may need {WISHED_BYTES / 1e9:.1f} GB: end something else before you train."
        return warning("memory", said, advice)
    return ok("memory", said)


def available_bytes(cgroup: Path = CGROUP) -> int:
    """Return the bytes of memory this process could still get: the machine's, or its container's if less."""
    machine = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())
        used = int((cgroup / "memory.current").read_text())
        stat = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no cgroup v2, or "max": no limit
        return machine
    return max(0, min(machine, limit - used + int(stat.get("inactive_file", 0))))  # a cache is given back


def check_clock(files: list[Path], now: float | None = None) -> Finding:
    """Return whether the clock is not behind the times at which `files` were written."""
    now = time.time() if now is None else now
    written = []
    for file in files:
        with suppress(OSError):  # absent, or not ours to see: another check says so
            written.append(file.stat().st_mtime)
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    if written and max(written) > now + AHEAD_S:
        ahead = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(max(written)))
        said = f"{shown}, but files were written at {ahead}"
        return problem("clock", said, "Set the clock: runs and versions are ordered by it.")
    return ok("clock", shown)
