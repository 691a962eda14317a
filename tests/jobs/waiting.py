"""Waiting for what a run of the fake trainer does."""

import time
from collections.abc import Callable
from pathlib import Path

from lenswright.runs.journal import Journal
from lenswright.runs.state import Run

TRAINER = Path(__file__).parent / "fake_trainer.py"


def wait_for(journal: Journal, run_id: int, condition: Callable[[Run], bool], limit_s: float = 15) -> Run:
    """Return the run once `condition` holds for it; fail after `limit_s` seconds."""
    ends = time.monotonic() + limit_s
    while not condition(run := journal.get(run_id)):
        assert time.monotonic() < ends, f"still {run}"
        time.sleep(0.02)
    return run


def is_over(run: Run) -> bool:
    return not run.is_active
