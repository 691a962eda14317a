"""The training process: `python -m lenswright.training --run-id N` works off one queued run."""

import argparse
import logging
import sys

from lenswright.errors import LenswrightError, TrainingStopped
from lenswright.logs import configure_logs
from lenswright.runs.state import State
from lenswright.settings import load_settings
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import TrainingRun
from lenswright.training.workbench import Workbench

log = logging.getLogger("lenswright.training")


def main(arguments: list[str]) -> int:
    """Run the run and write its end to the journal; 0 unless it failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-id", type=int, required=True)
    run_id = parser.parse_args(arguments).run_id
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    bench = Workbench.open(settings)
    run = bench.journal.get(run_id)
    progress = Progress(bench.journal, run_id, run.request.preset)
    with Heartbeat(bench.journal, run_id) as heartbeat:
        try:
            outcome = TrainingRun(bench, run, progress, heartbeat).execute()
        except TrainingStopped as exc:
            progress.say(str(exc))
            bench.journal.finish(run_id, "stopped", error=str(exc))
            return 0
        except LenswrightError as exc:
            log.error("run %d failed: %s", run_id, exc)
            bench.journal.finish(run_id, "failed", error=str(exc))
            return 1
        except MemoryError:
            bench.journal.finish(run_id, "failed", error="The training process ran out of memory.")
            return 1
    state: State = "stopped" if heartbeat.stop_asked else "completed"
    bench.journal.finish(run_id, state, version=outcome.version, result=outcome.result)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
