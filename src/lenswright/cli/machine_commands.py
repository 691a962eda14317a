"""Commands on the machine itself; what does them is loaded only then."""

import argparse
from pathlib import Path

from lenswright.cli.arguments import as_json
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import Session


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    group.add("doctor", "check the installation, without a running service", doctor, [_in_home()])


def doctor(session: Session) -> int:
    """Check the installation."""
    from lenswright.cli.diagnosing import doctor as run  # ONNX Runtime, which no other command needs

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
