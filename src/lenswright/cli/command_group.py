"""Commands in groups: argparse itself lists all of them in one row."""

import argparse
from collections.abc import Sequence
from typing import Any

from lenswright.cli.session import Command

NAME_WIDTH = 14


class CommandGroup:
    """Commands that belong together; `title` stands above them in the help."""

    def __init__(self, title: str, parsers: Any) -> None:
        self._title, self._parsers = title, parsers
        self._lines: list[str] = []

    def add(
        self, name: str, help_text: str, act: Command, parents: Sequence[argparse.ArgumentParser]
    ) -> argparse.ArgumentParser:
        """Add a command that does `act`, and return its parser."""
        added: argparse.ArgumentParser = self._parsers.add_parser(
            name, description=f"{help_text[:1].upper()}{help_text[1:]}.", parents=parents
        )
        added.set_defaults(act=act)
        self._lines.append(f"  {name:<{NAME_WIDTH}}{help_text}")
        return added

    def told(self) -> str:
        """Return the group as the help shows it."""
        return "\n".join([f"{self._title}:", *self._lines])
