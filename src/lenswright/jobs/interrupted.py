"""A run whose process is gone when the service starts: noted as failed, and continued by another run."""

import logging

from lenswright.errors import RunInProgress
from lenswright.jobs.launcher import arguments
from lenswright.jobs.processes import is_alive
from lenswright.runs.journal import Journal
from lenswright.runs.state import Run

MOST_RESUMES = 3  # in a chain: a run that takes the machine down with it must not do so for ever
INTERRUPTED = "The run was interrupted: its process was gone when the service started."

_log = logging.getLogger(__name__)


def find_interrupted(journal: Journal, machine: str) -> Run | None:
    """End the run of `machine` whose process is gone; return it if it may be continued.

    Of several instances that start at once exactly one gets it. A run that was asked to stop has
    stopped, and one that was continued often enough has failed for good.
    """
    run = journal.active(machine)
    if run is None or run.pid is None or is_alive(run.pid, arguments(run.id)):
        return None
    if not journal.finish(run.id, "stopped" if run.stop_requested else "failed", error=INTERRUPTED):
        return None
    _log.warning("training run %d was interrupted", run.id, extra={"run_id": run.id})
    resumed = len(journal.chain(run.root)) - 1
    return None if run.stop_requested or resumed >= MOST_RESUMES else run


def resume(journal: Journal, run: Run, machine: str) -> Run | None:
    """Return the queued run that continues `run`, None if another run took its place."""
    try:
        successor = journal.create(run.resumption, machine)
    except RunInProgress as exc:
        _log.warning("training run %d is not resumed: %s", run.id, exc, extra={"run_id": run.id})
        return None
    journal.log(successor.id, f"Continues run {run.id}, which was interrupted.")
    return successor
