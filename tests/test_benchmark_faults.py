"""The command that prints the fault table."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.instance import REPOSITORY


def test_the_command_runs_the_tests_that_are_named_and_prints_their_rows() -> None:
    quick = "tests/faults/test_clock_jumps.py::test_a_jump_forward_does_not_empty_the_bin_at_once"
    command = [sys.executable, "-m", "benchmarks.faults", quick]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=True)
    *_, row, kept = done.stdout.splitlines()
    assert row.startswith("| clock set back an hour")
    record = json.loads(Path(kept).read_text())
    Path(kept).unlink()
    assert record["passed"]
    assert [fault["test"] for fault in record["faults"]] == [quick.rpartition("::")[2]]
