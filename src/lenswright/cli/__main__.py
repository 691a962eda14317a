"""The command `lenswright`: what the dashboard does, from a terminal."""

import sys
from collections.abc import Sequence
from typing import TextIO

from lenswright.cli.arguments import parser
from lenswright.cli.commands import COMMANDS, FAILED, Session
from lenswright.errors import LenswrightError


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed or refused, 3 stopped."""
    given = parser().parse_args(arguments)
    session = Session(given, out or sys.stdout, err or sys.stderr)
    try:
        return COMMANDS[given.command](session)
    except LenswrightError as exc:
        session.err.write(f"{exc}\n")
    except KeyboardInterrupt:  # before there was a run to leave alone
        session.err.write("\n")
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
