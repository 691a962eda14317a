"""The training process: `python -m lenswright.training --run-id N` works off one queued run."""

import argparse
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from lenswright.errors import LenswrightError, TrainingStopped
from lenswright.logs import configure_logs
from lenswright.runs.state import Run, State
from lenswright.settings import load_settings
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import Outcome
from lenswright.training.tracking.trackers import Trackers, open_trackers
from lenswright.training.workbench import Workbench

log = logging.getLogger("lenswright.training")

OUT_OF_MEMORY = "The training process ran out of memory. Try a smaller batch_size, size_px or fewer views."


def main(arguments: list[str]) -> int:
    """Work off the run that is named; 0 unless it failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-id", type=int, required=True)
    run_id = parser.parse_args(arguments).run_id
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format, service="trainer", run_id=run_id)
    return carry_out(Workbench.open(settings), run_id)


def carry_out(bench: Workbench, run_id: int) -> int:
    """Do what the run asks for and write its end to the journal; 0 unless it failed."""
    run = bench.journal.get(run_id)
    trackers = open_trackers(run, bench.run_folder(run_id), os.environ)
    course = run.kind if run.kind in ("tune", "compare", "export", "check") else run.request.preset
    progress = Progress(bench.journal, run_id, course, on_epoch=trackers.epoch)
    with Heartbeat(bench.journal, run_id) as heartbeat:
        state, error, outcome = _attempt(lambda: work(bench, run, progress, heartbeat), heartbeat)
    if error and state == "stopped":
        progress.say(error)
    bench.journal.finish(run_id, state, error=error, version=outcome.version, result=outcome.result)
    _tell(trackers, state, outcome)
    return 1 if state == "failed" else 0


def work(bench: Workbench, run: Run, progress: Progress, heartbeat: Heartbeat) -> Outcome:
    """Do what `run` asks for. Raises TrainingStopped and every other LenswrightError."""
    if run.kind == "tune":
        from lenswright.training.tuning import Tuning

        return Tuning(bench, run, progress, heartbeat).execute()
    if run.kind == "compare":
        from lenswright.training.comparison import Comparison

        return Comparison(bench, run, progress, heartbeat).execute()
    if run.kind == "export":
        from lenswright.training.other_formats import Exports

        return Exports(bench, run, progress, heartbeat).execute()
    if run.kind == "check":
        from lenswright.training.checking import DataCheck

        return DataCheck(bench, run, progress, heartbeat).execute()
    from lenswright.training.run import TrainingRun

    return TrainingRun(bench, run, progress, heartbeat).execute()


def _attempt(action: Callable[[], Outcome], heartbeat: Heartbeat) -> tuple[State, str | None, Outcome]:
    """Return how the work ended, why if it did not complete, and what came of it."""
    nothing = Outcome(None, {})
    try:
        outcome = action()
    except TrainingStopped as exc:
        return "stopped", str(exc), nothing
    except LenswrightError as exc:
        log.error("the run failed: %s", exc)
        return "failed", str(exc), nothing
    except MemoryError as exc:
        return "failed", str(exc) or OUT_OF_MEMORY, nothing
    except OSError as exc:  # a full or read-only disk, met outside our own stores
        log.exception("the run failed")
        return "failed", f"The disk or another resource refused: {exc}.", nothing
    return ("stopped" if heartbeat.stop_asked else "completed"), None, outcome


def _tell(trackers: Trackers, state: State, outcome: Outcome) -> None:
    best = {name: outcome.result[name][0] for name in ("trials", "leaderboard") if outcome.result.get(name)}
    summary: dict[str, Any] = outcome.result.get("metrics") or next(iter(best.values()), {})
    trackers.end(state, summary | ({"version": outcome.version} if outcome.version else {}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
