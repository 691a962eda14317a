"""What may be written on the command line, and what it means as the body of a request."""

import argparse
import json
import os
import shlex
from pathlib import Path
from typing import Any

from lenswright.cli.client import Json

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


def wishes(given: argparse.Namespace) -> Json:
    """Return the body of a request for a run: only what was written."""
    named = {"task": given.task, "preset": getattr(given, "preset", None)}
    return {**{name: text for name, text in named.items() if text is not None}, **dict(given.set or ())}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="lenswright",
        description="Train, compare and ask models through the lenswright API.",
        epilog="Exit status: 0 done, 1 failed or refused, 2 not understood, 3 stopped.",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_runs_to_start, _add_the_rest):
        add(commands)
    return whole


def _common() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--api-url",
        default=os.environ.get(URL_VARIABLE) or DEFAULT_URL,
        help=f"the API (default: {URL_VARIABLE}, else {DEFAULT_URL})",
    )
    shared.add_argument("--task", help="what is told apart (default: the API's own)")
    shared.add_argument("--json", action="store_true", help="print the answer as JSON")
    return shared


def _wished() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, parents=[_common()])
    shared.add_argument(
        "--set", action="append", type=assignment, metavar="NAME=VALUE", help="any field of the request"
    )
    shared.add_argument("--detach", action="store_true", help="start it, do not follow it")
    return shared


def _add_runs_to_start(commands: Any) -> None:
    train = commands.add_parser("train", parents=[_wished()], help="train on every labelled photo")
    train.add_argument("--preset", help="fast, best or scratch")
    retrain = commands.add_parser("retrain", parents=[_wished()], help="label photos, then train")
    retrain.add_argument(
        "files", nargs="*", type=labelled, metavar="FILE=LABEL", help="id or path, and label"
    )
    retrain.add_argument("--preset", help="fast, best or scratch")
    retrain.add_argument("--allow-new-labels", action="store_true", help="take labels unknown to the task")
    commands.add_parser("tune", parents=[_wished()], help="search the best settings of the head")
    compare = commands.add_parser("compare", parents=[_wished()], help="train several, list the best first")
    asked = compare.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--config",
        action="append",
        type=configuration,
        metavar="'NAME=VALUE ...'",
        help="one of them; repeat it",
    )
    asked.add_argument("--configs", type=configurations, metavar="FILE.json", help="a list of them")


def _add_the_rest(commands: Any) -> None:
    resume = commands.add_parser("resume", parents=[_common()], help="continue a failed or stopped run")
    resume.add_argument("run", type=int)
    resume.add_argument("--detach", action="store_true", help="start it, do not follow it")
    runs = commands.add_parser("runs", parents=[_common()], help="list the runs, or follow one")
    runs.add_argument("run", type=int, nargs="?", help="follow this one")
    runs.add_argument("--limit", type=int, default=10, help="how many to list (default: 10)")
    stop = commands.add_parser("stop", parents=[_common()], help="stop a run; the best so far is kept")
    stop.add_argument("run", type=int, nargs="?", help="default: the run in progress")
    predict = commands.add_parser("predict", parents=[_common()], help="ask what photos show")
    predict.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
