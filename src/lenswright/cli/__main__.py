"""The command `lenswright`: what the dashboard does, from a terminal."""

import sys
from collections.abc import Sequence
from typing import TextIO

from lenswright.cli.command_line import parser
from lenswright.cli.own_key import KEY_VARIABLE
from lenswright.cli.session import FAILED, Session
from lenswright.errors import ApiRefused, LenswrightError


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed or refused, 3 stopped."""
    given = parser().parse_args(arguments)
    session = Session(given, out or sys.stdout, err or sys.stderr)
    try:
        status: int = given.act(session)
    except LenswrightError as exc:
        session.warn(f"{exc}{_hint(exc)}")
    except KeyboardInterrupt:  # before there was a run to leave alone
        session.warn("")
    else:
        return status
    return FAILED


def _hint(exc: LenswrightError) -> str:
    is_of_key = isinstance(exc, ApiRefused) and exc.code in ("key_needed", "invalid_key")
    return f" The key is read from {KEY_VARIABLE}." if is_of_key else ""


if __name__ == "__main__":
    sys.exit(main())
