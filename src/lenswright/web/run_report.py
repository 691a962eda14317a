"""A training run as JSON."""

from typing import Any

from lenswright.runs.journal import Journal
from lenswright.runs.state import Run
from lenswright.web.times import iso, iso_or_none

LOG_LINES = 50


def run_entry(run: Run, epochs: list[dict[str, Any]], now: float) -> dict[str, Any]:
    """Return what `/runs` lists of a run; `epochs` are its measurements so far."""
    last = epochs[-1] if epochs else {}
    elapsed_s = 0.0 if run.started_at is None else (run.ended_at or now) - run.started_at
    return {
        "run_id": run.id,
        "task": run.task,
        "kind": run.kind,
        "preset": run.request.preset,
        "state": run.state,
        "phase": run.phase,
        "progress": run.progress,
        "epoch": int(last.get("epoch", 0)),
        "epochs": run.request.epochs,
        "elapsed_s": round(max(0.0, elapsed_s), 3),
        "eta_s": None if run.eta_s is None else round(run.eta_s, 1),
        "error": run.error,
        "version": run.version,
        "snapshot": run.snapshot,
        "verdict": run.result.get("verdict"),
        "weights": run.result.get("weights"),
        "result": run.result,
        "created_at": iso(run.created_at),
        "started_at": iso_or_none(run.started_at),
        "ended_at": iso_or_none(run.ended_at),
        "stop_requested": run.stop_requested,
        "request": run.request.to_json(),
        "metrics": last,
    }


def run_detail(journal: Journal, run: Run, now: float) -> dict[str, Any]:
    """Return all of a run: its entry, every epoch, the end of its log."""
    epochs = journal.epochs(run.id)
    return run_entry(run, epochs, now) | {"history": epochs, "log": journal.log_tail(run.id, LOG_LINES)}


def submitted(run: Run, labelled: int = 0) -> dict[str, Any]:
    """Return the answer to an order; `labelled`: how many files got a label by it."""
    return {
        "run_id": run.id,
        "task": run.task,
        "kind": run.kind,
        "state": run.state,
        "status_url": f"/training-status?run_id={run.id}",
        "labelled": labelled,
    }
