"""Which backbone, trained how: several configurations on the same split of the same photos.

    python -m benchmarks.leaderboard --photos FOLDER --weights MOBILENET_V2_WEIGHTS.h5

FOLDER holds one folder of photos per class. One `/compare` to an API this script starts on an empty home
trains them all. Only the backbone whose weights are given knows what photos look like; the others are
random and frozen: what a head alone can make of them is the floor for a backbone of that shape.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.api_calls import Api
from benchmarks.class_folders import LabelledFile, read_class_folders
from benchmarks.instance import REPOSITORY, running_api

PRETRAINED = "mobilenet_v2"
UNTRAINED = (
    "mobilenet_v2_130",
    "mobilenet_v3_large",
    "efficientnet_v2_b0",
    "efficientnet_v2_b2",
    "vgg16",
    "resnet50_v2",
)
OWN = "custom_cnn"
FROM_SCRATCH_MINUTES = 5.0

Configuration = dict[str, Any]

say = partial(print, "...", file=sys.stderr, flush=True)


def read_arguments() -> argparse.Namespace:
    """Return what to compare, and on what."""
    parser = argparse.ArgumentParser(description="Compare configurations on one split, over HTTP.")
    parser.add_argument("--photos", type=Path, required=True, help="folder with one folder per class")
    parser.add_argument("--weights", type=Path, help=f"weights of {PRETRAINED}, no top; without: downloaded")
    parser.add_argument("--task", default="cats-vs-dogs")
    parser.add_argument("--per-class", type=int, help="take only so many photos of each class")
    parser.add_argument("--minutes", type=float, help="time for each backbone that learns")
    parser.add_argument("--only", nargs="+", metavar="BACKBONE", help="compare these backbones only")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    wanted = configurations("file" if given.weights else "imagenet", given.minutes)
    wanted = [entry for entry in wanted if not given.only or entry["backbone"] in given.only]
    photos = read_class_folders(given.photos, given.per_class)
    with tempfile.TemporaryDirectory() as home:
        result = compared(Path(home), given, photos, wanted)
    print(record.table([shown(row) for row in result["leaderboard"]]))
    settings = {"photos": len(photos), "per_class": given.per_class, "configurations": wanted}
    print(record.save("leaderboard", {"machine": facts, "settings": settings, **result}))


def configurations(weights: str, minutes: float | None) -> list[Configuration]:
    """Return what is compared: the pretrained backbone, untrained ones, and one trained from nothing."""
    budget = {} if minutes is None else {"minutes": minutes}
    from_scratch = {"preset": "scratch", "backbone": OWN, "weights": "none", "minutes": FROM_SCRATCH_MINUTES}
    return [
        {"preset": "fast", "backbone": PRETRAINED, "weights": weights},
        {"preset": "best", "backbone": PRETRAINED, "weights": weights, **budget},
        *({"preset": "fast", "backbone": name, "weights": "none"} for name in UNTRAINED),
        from_scratch | budget,
    ]


def compared(
    home: Path, given: argparse.Namespace, photos: list[LabelledFile], wanted: list[Configuration]
) -> dict[str, Any]:
    """Return the result of the comparison: the leaderboard, and the photos in each split."""
    settings = {"backbone_weights": str(given.weights.resolve())} if given.weights else {}
    with running_api(home, bundled=REPOSITORY / "models", **settings) as instance:
        api = Api(instance.url, given.task)
        say(f"upload of {len(photos)} photos")
        api.upload_labelled(photos, zipped=True)
        status = api.compare({"configurations": wanted}, say)
    result: dict[str, Any] = status["result"]
    return result


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the table; shares in percent."""
    percent = {name: None if row[name] is None else f"{row[name]:.1%}" for name in ("accuracy", "top5")}
    interval = None if row["version"] is None else f"{row['accuracy_low']:.1%}-{row['accuracy_high']:.1%}"
    return {
        "rank": row["rank"],
        "configuration": row["name"],
        "accuracy": percent["accuracy"],
        "95 % interval": interval,
        "top5": percent["top5"],
        "maybe chance": {True: "yes", False: "no"}.get(row["within_chance_of_best"]),
        "seconds": row["seconds"],
        "MB": None if row["size_bytes"] is None else row["size_bytes"] / 1e6,
        "ms": row["latency_ms"],
        "error": row["error"],
    }


if __name__ == "__main__":
    main()
