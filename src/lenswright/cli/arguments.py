"""What may be written on the command line, and what it means as the body of a request."""

import argparse
import json
import math
import os
import shlex
from pathlib import Path
from typing import Any

from lenswright.cli.client import Json

LISTED, LARGEST = 20, 2**62
URL_VARIABLE, DEFAULT_URL = "LENSWRIGHT_API_URL", "http://127.0.0.1:5000"


def value(text: str) -> Any:
    """Return `text` read as JSON (60, 0.1, true, null), else as it stands."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def assignment(text: str) -> tuple[str, Any]:
    """Return (name, value) of `name=value`. Raises ArgumentTypeError."""
    name, equals, written = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"Expected name=value. Received: {text!r}.")
    return name.strip(), value(written)


def configuration(text: str) -> Json:
    """Return {"preset": "best", "backbone": "vgg16"} for `preset=best backbone=vgg16`."""
    return dict(assignment(part) for part in shlex.split(text))


def configurations(path: str) -> list[Json]:
    """Return the configurations in a JSON file: a list, or an object with a list named so."""
    try:
        read = json.loads(Path(path).read_text())
    except (OSError, ValueError) as exc:
        raise argparse.ArgumentTypeError(f"Expected a JSON file. Received: {path}: {exc}.") from exc
    listed = read.get("configurations") if isinstance(read, dict) else read
    if not isinstance(listed, list):
        raise argparse.ArgumentTypeError(f"Expected a list of configurations in {path}.")
    return listed


def labelled(text: str) -> tuple[int | str, str]:
    """Return (id or path, label) of `12=cat`."""
    file, equals, label = text.rpartition("=")
    if not (file and equals and label):
        raise argparse.ArgumentTypeError(f"Expected FILE=LABEL. Received: {text!r}.")
    return int(file) if file.isdecimal() else file, label


def count(text: str) -> int:
    """Return a whole number from 1. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(f"Expected a whole number from 1. Received: {text!r}.")
    return int(text)


def number(text: str) -> float:
    """Return a number above 0. Raises ArgumentTypeError."""
    try:
        read = float(text)
    except ValueError:
        read = 0.0
    if not 0 < read < math.inf:
        raise argparse.ArgumentTypeError(f"Expected a number above 0. Received: {text!r}.")
    return read


def wishes(given: argparse.Namespace) -> Json:
    """Return the body of a request for a run: only what was written."""
    named = {name: getattr(given, name, None) for name in ("task", "preset", "snapshot")}
    return {**{name: text for name, text in named.items() if text is not None}, **dict(given.set or ())}


def task_named() -> argparse.ArgumentParser:
    """Return what every command takes that is about one task."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--task", help="what is told apart (default: the API's own)")
    return shared


def as_json() -> argparse.ArgumentParser:
    """Return what every command takes."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print the answer as JSON")
    return shared


def in_home() -> argparse.ArgumentParser:
    """Return what every command takes that opens the home itself."""
    shared = argparse.ArgumentParser(add_help=False, parents=[as_json()])
    shared.add_argument(
        "--home",
        type=Path,
        help="folder of data/, uploads/ and models/; default: LENSWRIGHT_HOME, else the clone that this"
        " command is part of, else this folder",
    )
    return shared


def common() -> argparse.ArgumentParser:
    """Return what every command that asks the API takes."""
    shared = argparse.ArgumentParser(add_help=False, parents=[task_named(), as_json()])
    shared.add_argument(
        "--api-url",
        default=os.environ.get(URL_VARIABLE) or DEFAULT_URL,
        help=f"the API (default: {URL_VARIABLE}, else {DEFAULT_URL})",
    )
    return shared


def wished() -> argparse.ArgumentParser:
    """Return what every command that starts a run takes."""
    shared = argparse.ArgumentParser(add_help=False, parents=[common()])
    shared.add_argument(
        "--set", action="append", type=assignment, metavar="NAME=VALUE", help="any field of the request"
    )
    shared.add_argument("--detach", action="store_true", help="start it, do not follow it")
    return shared


def paged(noun: str) -> argparse.ArgumentParser:
    """Return what every command that lists `noun` takes."""
    shared = argparse.ArgumentParser(add_help=False, parents=[common()])
    shared.add_argument("--page", type=count, default=1, help="which page (default: 1)")
    shared.add_argument(
        "--limit", type=count, default=LISTED, help=f"how many {noun} a page (default: {LISTED}; most: 500)"
    )
    return shared
