"""Run the tests of faults at full size and print what each fault does: `python -m benchmarks.faults`.

They start real services, kill them, fill and write-protect small disks (as root; skipped elsewhere) and hold
what is left against what was acknowledged. With 100 rounds of kill -9 that takes about ten minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.instance import REPOSITORY
from benchmarks.record import machine, save

COLUMNS = ("fault", "what a user sees", "figure", "test")


def main() -> int:
    """Run, print, record; return the exit status of the tests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=100, help="rounds of kill -9 (default: 100)")
    parser.add_argument("--seed", type=int, default=20261121, help="of the moments at which they come")
    parser.add_argument("tests", nargs="*", default=["tests/faults"], help="which tests (default: all)")
    asked = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        status = _run(asked, rows)
        table = _by_fault(rows.read_text().splitlines()) if rows.exists() else []
    for row in table:
        sys.stdout.write("| " + " | ".join(row[column] for column in COLUMNS) + " |\n")
    record = {**before, "rounds": asked.rounds, "seed": asked.seed, "passed": status == 0, "faults": table}
    sys.stdout.write(f"{save('faults', record)}\n")
    return status


def _by_fault(lines: list[str]) -> list[dict[str, str]]:
    """Return one row a fault, with the figures of all its tests, each once."""
    found: dict[str, dict[str, str]] = {}
    for row in map(json.loads, lines):
        test = row["test"].partition("[")[0]
        one = found.setdefault(row["fault"], row | {"test": test})
        if row["figure"] not in one["figure"]:
            one["figure"] += f"; {row['figure']}"
    return [*found.values()]


def _run(asked: Any, rows: Path) -> int:
    chosen = {
        "LENSWRIGHT_FAULT_TABLE": str(rows),
        "LENSWRIGHT_FAULT_ROUNDS": str(asked.rounds),
        "LENSWRIGHT_FAULT_SEED": str(asked.seed),
        "LENSWRIGHT_FAULTS_FULL_SIZE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *asked.tests]
    return subprocess.run(command, cwd=REPOSITORY, env=os.environ | chosen, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
