"""What a task made of others measures: breeds the model has never seen, beside new photos of known ones.

    python -m benchmarks.fusion --cats FOLDER --dogs FOLDER [FOLDER ...] --weights WEIGHTS.h5

The cats are the photos in `cat` of the first folder, the dogs those of all class folders of the others.
Both are uploaded to an API this script starts on an empty home, fused to cat and dog with whole breeds
held out, once per seed, and once split by photo, and learnt. Prints one line per model.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from benchmarks import record
from benchmarks.api_calls import Api
from benchmarks.class_folders import LabelledFile, read_class_folders
from benchmarks.instance import REPOSITORY, Instance, running_api
from lenswright.evaluation.metrics import wilson_interval

SOURCES = [{"task": "breeds", "map": {"*": "dog"}}, {"task": "cats", "map": {"cat": "cat"}}]
WORST = 5
FUSION_LIMIT_S = 600


def read_arguments() -> argparse.Namespace:
    """Return what to fuse and how to learn it."""
    parser = argparse.ArgumentParser(description="Measure a fused task on held-out breeds and by photo.")
    parser.add_argument("--cats", type=Path, required=True, help="folder with a folder `cat`")
    parser.add_argument("--dogs", type=Path, required=True, nargs="+", help="folders with a folder per breed")
    parser.add_argument("--weights", type=Path, help="backbone weights; without: bundled or download")
    parser.add_argument("--hold-out", type=float, default=0.2, help="share of the breeds")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="draws of breeds")
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--per-class", type=int, help="take only so many photos of each folder")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    cats = [photo for photo in read_class_folders(given.cats, given.per_class) if photo.label == "cat"]
    dogs = [photo for folder in given.dogs for photo in read_class_folders(folder, given.per_class)]
    weights = {"backbone_weights": str(given.weights.resolve())} if given.weights else {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        instance = stack.enter_context(running_api(home, bundled=REPOSITORY / "models", **weights))
        upload(instance, "cats", cats)
        upload(instance, "breeds", dogs)
        models = [learn(instance, given, seed) for seed in given.seeds] + [learn(instance, given, None)]
    print(record.table([row_of(model) for model in models]))
    for model in models[:-1]:
        print(f"hardest held-out breeds of {model['task']}: {hardest(model['report'])}")
    settings = {name: str(value) for name, value in vars(given).items()}
    print(record.save("fusion", {"machine": facts, "settings": settings, "models": models}))


def upload(instance: Instance, task: str, photos: list[LabelledFile]) -> None:
    say(f"upload {len(photos)} photos to {task}")
    Api(instance.url, task).upload_labelled(photos, zipped=True)


def learn(instance: Instance, given: argparse.Namespace, seed: int | None) -> dict[str, Any]:
    """Return the fusion, the run's result and its report; `seed` draws the breeds, None splits by photo."""
    task = "by-photo" if seed is None else f"held-out-{seed}"
    body = {"task": task, "sources": SOURCES, "hold_out": 0 if seed is None else given.hold_out}
    say(f"fuse {task}")
    answer = requests.post(
        f"{instance.url}/dataset/fuse", json=body | {"seed": seed or 0}, timeout=FUSION_LIMIT_S
    )
    if not answer.ok:
        raise requests.HTTPError(f"{answer.status_code} {answer.text[:500]}")
    result = Api(instance.url, task).train({"preset": given.preset}, say)["result"]
    report = instance.get(f"/models/{result['version']}/report?task={task}")
    return {"task": task, "fusion": answer.json(), "seconds": result["seconds"], "report": report}


def row_of(model: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the table; shares in percent, with their 95 % intervals."""
    fusion, metrics = model["fusion"], model["report"]["metrics"]
    recalls = {score["label"]: (score["recall"], score["support"]) for score in model["report"]["per_class"]}
    return {
        "split": model["task"],
        "breeds in test only": len(fusion["held_out"].get("dog", ())),
        "train": fusion["splits"]["train"],
        "test": metrics["test_photos"],
        "accuracy": share(metrics["accuracy"], metrics["test_photos"]),
        "dogs right": share(*recalls["dog"]),
        "cats right": share(*recalls["cat"]),
        "seconds": float(sum(model["seconds"].values())),
    }


def share(right: float, photos: int) -> str:
    """Return `98.7 % (97.9 to 99.2 %)`: the share of `photos` and its 95 % interval."""
    low, high = wilson_interval(right * photos, photos)
    return f"{right:.2%} ({low:.2%} to {high:.2%})"


def hardest(report: dict[str, Any]) -> str:
    """Return the sources of dogs with the fewest right answers."""
    breeds = [part for part in report["per_source"] if part["name"].startswith("breeds/")]
    worst = sorted(breeds, key=lambda part: (part["accuracy"], part["name"]))[:WORST]
    return ", ".join(f"{part['name'][7:]} {part['accuracy']:.1%} of {part['photos']}" for part in worst)


def say(what: str) -> None:
    """Show on the terminal what is going on, apart from the results."""
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
