"""One call of the command line: what was asked, the API, and where answers and errors go."""

import argparse
import json
from collections.abc import Callable
from typing import Any, TextIO

from lenswright.cli.client import LONG_TIMEOUT_S, Client, Json
from lenswright.cli.own_key import own_key

DONE, FAILED, STOPPED = 0, 1, 3


class Session:
    """One call of the command line: `out` gets the answer, `err` the progress and what went wrong."""

    def __init__(self, given: argparse.Namespace, out: TextIO, err: TextIO) -> None:
        self.given, self.out, self.err = given, out, err
        self.api = Client(getattr(given, "api_url", ""), own_key())

    def say(self, text: str) -> None:
        """Print an answer."""
        self.out.write(f"{text}\n")

    def warn(self, text: str) -> None:
        """Print what went wrong, or what is to be known beside the answer."""
        self.err.write(f"{text}\n")

    def answer(self, record: Any, text: str) -> None:
        """Print the answer, as JSON when that was asked for."""
        self.say(json.dumps(record, indent=2) if self.given.json else text)

    def ask(self, path: str, **query: Any) -> Json:
        """Return the API's answer about the task that was named, if one was."""
        return self.api.get(path, task=self.given.task, **query)

    def tell(self, path: str, body: Json | None = None) -> Json:
        """Send `body` with the task that was named, if one was, and return the API's answer."""
        named = {"task": self.given.task} if self.given.task else {}
        return self.api.post(path, {**named, **(body or {})}, timeout=LONG_TIMEOUT_S)


Command = Callable[[Session], int]
