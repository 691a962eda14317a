"""How long learning takes and how good it gets: upload, train, then 100 more photos and retrain.

    python -m benchmarks.training --photos FOLDER --weights WEIGHTS.h5 --holdout OTHER_FOLDER

FOLDER and OTHER_FOLDER hold one folder of photos per class. With `--test OTHER_FOLDER` those photos are
the task's own test split. Everything goes over HTTP to an API this script starts on an empty home.
Prints one line per step and phase.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.api_calls import Api
from benchmarks.class_folders import LabelledFile, hold_back, read_class_folders
from benchmarks.holdout import measure_holdout
from benchmarks.instance import REPOSITORY, Instance, running_api


def read_arguments() -> argparse.Namespace:
    """Return what to train on and how."""
    parser = argparse.ArgumentParser(description="Measure upload, training and retraining over HTTP.")
    parser.add_argument("--photos", type=Path, required=True, help="folder with one folder per class")
    parser.add_argument("--holdout", type=Path, help="another such folder, asked through /predict at the end")
    parser.add_argument("--test", type=Path, help="another such folder, uploaded as the test split")
    parser.add_argument(
        "--weights", type=Path, help="backbone weights; without: download or bundled backbone"
    )
    parser.add_argument("--task", default="cats-vs-dogs")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="any field of the request, as JSON"
    )
    parser.add_argument("--per-class", type=int, help="take only so many photos of each class")
    parser.add_argument("--hold-back", type=int, default=100, help="photos that come later, for the retrain")
    parser.add_argument("--upload", default="zip", choices=("zip", "batches"))
    parser.add_argument(
        "--home", type=Path, help="keep the state in this empty folder (default: thrown away)"
    )
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    first, later = hold_back(read_class_folders(given.photos, given.per_class), given.hold_back)
    with ExitStack() as stack:
        home = given.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        instance = stack.enter_context(start(home, given.weights))
        rows = learn(Api(instance.url, given.task), given, first, later)
        holdout = ask_holdout(instance, given) if given.holdout else None
    print(record.table(rows))
    if holdout:
        print(f"unseen photos through /predict: {holdout}")
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in vars(given).items()}
    print(record.save("training", {"machine": facts, "settings": settings, "rows": rows, "holdout": holdout}))


def start(home: Path, weights: Path | None) -> Any:
    """Return the context of an API on `home`."""
    named = {"backbone_weights": str(weights.resolve())} if weights else {}
    return running_api(home, bundled=REPOSITORY / "models", **named)


def learn(
    api: Api, given: argparse.Namespace, first: list[LabelledFile], later: list[LabelledFile]
) -> list[dict[str, Any]]:
    """Return one line per step: what, how long, and what came of it."""
    recipe = dict(field_of(pair) for pair in given.set)
    rows: list[dict[str, Any]] = []
    test = read_class_folders(given.test) if given.test else []
    rows += timed(f"upload {len(first) + len(test)}", lambda: upload(api, given, first, test))
    rows += run_rows("train", lambda: api.train(recipe, say))
    if later:
        ids: list[int] = []
        rows += timed(
            f"upload {len(later)} more", lambda: ids.extend(api.upload_unlabelled(later)) or len(ids)
        )
        body = recipe | {"files": ids, "labels": [photo.label for photo in later]}
        rows += run_rows("retrain", lambda: api.retrain(body, say))
    return rows


def field_of(pair: str) -> tuple[str, Any]:
    """Return name and value of `name=value`; what is no JSON is text."""
    name, _, value = pair.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def upload(api: Api, given: argparse.Namespace, photos: list[LabelledFile], test: list[LabelledFile]) -> int:
    """Return how many of `photos` and `test` were stored."""
    if test:
        return api.upload_split(photos, test)
    return api.upload_labelled(photos, zipped=given.upload == "zip")


def timed(step: str, action: Callable[[], int]) -> list[dict[str, Any]]:
    say(step)
    began = time.perf_counter()
    stored = action()
    seconds = time.perf_counter() - began
    return [
        {
            "step": step,
            "seconds": round(seconds, 2),
            "result": f"{stored} photos, {stored / seconds:.0f} a second",
        }
    ]


def run_rows(step: str, action: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for the whole run and one for each of its phases."""
    began = time.perf_counter()
    status = action()
    seconds = time.perf_counter() - began
    result = status["result"]
    metrics = result["metrics"]
    found = (
        f"{metrics['accuracy']:.2%} of {metrics['test_photos']} test photos"
        f" ({metrics['accuracy_low']:.2%} to {metrics['accuracy_high']:.2%}); {result['verdict']['reason']}"
    )
    phases = [
        {"step": f"  {phase}", "seconds": round(spent, 2), "result": ""}
        for phase, spent in result["seconds"].items()
    ]
    return [{"step": step, "seconds": round(seconds, 2), "result": found}, *phases]


def ask_holdout(instance: Instance, given: argparse.Namespace) -> dict[str, Any]:
    """Ask for every photo of the holdout folder."""
    say("unseen photos")
    return measure_holdout(instance.url, given.task, read_class_folders(given.holdout))


def say(what: str) -> None:
    """Show on the terminal what is going on, apart from the results."""
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
