"""What is asked of every answer to a hostile request, and the count of them."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.test import TestResponse

HANG_S = 5.0
SPIKE_MB = 500.0
USUAL = 10_000
EXAMPLES = "LENSWRIGHT_FUZZ_EXAMPLES"
REPORT = "LENSWRIGHT_FUZZ_REPORT"


def examples(usual: int) -> int:
    """Return how many examples to try: `usual` of 10,000 in all, or as many of LENSWRIGHT_FUZZ_EXAMPLES."""
    return max(1, usual * int(os.environ.get(EXAMPLES, USUAL)) // USUAL)


@dataclass
class Tally:
    """Counts of the answers by status, the slowest of them, and what should not have been."""

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""

    def ask(self, label: str, request: Callable[[], TestResponse]) -> TestResponse:
        """Make one request and hold its answer against the rules; `label` says what was sent."""
        began = time.perf_counter()
        response = request()
        self.note(label, response.status_code, time.perf_counter() - began)
        if response.status_code >= 400:
            self.judge(label, response.content_type, response.get_data())
        return response

    def note(self, label: str, status: int, seconds: float) -> None:
        """Count an answer that took so long. Raises AssertionError for our failure or a hang."""
        self.statuses[status] += 1
        if seconds > self.slowest_s:
            self.slowest_s, self.slowest = seconds, label
        assert status < 500, f"{status} for {label}"
        assert seconds < HANG_S, f"{seconds:.1f} s for {label}"

    def judge(self, label: str, content_type: str | None, body: bytes) -> None:
        """Raise AssertionError if a refusal is no problem document with a code and a reason."""
        assert content_type == "application/problem+json", f"{content_type} for {label}"
        said = json.loads(body)
        assert said["code"], label
        assert said["detail"], label
        self.codes[said["code"]] += 1

    def report(self) -> None:
        """Add a line to the file that LENSWRIGHT_FUZZ_REPORT names, if it names one."""
        line = {
            "name": self.name,
            "requests": self.statuses.total(),
            "statuses": dict(sorted(self.statuses.items())),
            "codes": dict(self.codes.most_common()),
            "slowest_s": round(self.slowest_s, 3),
            "slowest": self.slowest[:200],
        }
        if file := os.environ.get(REPORT):
            with Path(file).open("a") as stream:
                stream.write(json.dumps(line) + "\n")


@dataclass(frozen=True)
class Memory:
    """The memory of a process, which Linux writes down: how much it has grown at most since `start`."""

    folder: Path
    base_mb: float

    @classmethod
    def start(cls, pid: int | str = "self") -> "Memory":
        """Take the present size as the base and forget earlier peaks."""
        folder = Path(f"/proc/{pid}")
        (folder / "clear_refs").write_text("5")
        return cls(folder, _mb(folder, "VmRSS"))

    def spike_mb(self) -> float:
        """Return by how many MB the process exceeded its base at most."""
        return _mb(self.folder, "VmHWM") - self.base_mb


def _mb(folder: Path, name: str) -> float:
    lines = (folder / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:"))
