"""Commands on the machine itself; what does them is loaded only then."""

import argparse
from pathlib import Path

from lenswright.cli.arguments import as_json, count, task_named
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import Session

MEASURED_S = 20


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    group.add("doctor", "check the installation, without a running service", doctor, [_in_home()])
    tuning = group.add(
        "tune-serving",
        "measure this machine and say which settings suit it",
        tune_serving,
        [_in_home(), task_named()],
    )
    tuning.add_argument(
        "--seconds", type=count, default=MEASURED_S, help=f"how long to measure (default: {MEASURED_S})"
    )


def doctor(session: Session) -> int:
    """Check the installation."""
    from lenswright.cli.diagnosing import doctor as run  # ONNX Runtime, which no other command needs

    return run(session)


def tune_serving(session: Session) -> int:
    """Measure this machine."""
    from lenswright.cli.diagnosing import tune_serving as run

    return run(session)


def _in_home() -> argparse.ArgumentParser:
    """Return what every command takes that opens the home itself."""
    shared = argparse.ArgumentParser(add_help=False, parents=[as_json()])
    shared.add_argument(
        "--home",
        type=Path,
        help="folder of data/, uploads/ and models/; default: LENSWRIGHT_HOME, else the clone that this"
        " command is part of, else this folder",
    )
    return shared
