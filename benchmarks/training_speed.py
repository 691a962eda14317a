"""How much sooner than a plain Keras script: both train on the same photos, and answer the same others.

    python -m benchmarks.training_speed --photos FOLDER --holdout OTHER_FOLDER --weights WEIGHTS.h5

FOLDER and OTHER_FOLDER hold one folder of photos per class. The platform works through its API, as for
anybody; the peer is `plain_keras` in a process of its own, afterwards. Also measured is the floor: every
photo decoded and seen once by the network, on all cores, and nothing else.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.api_calls import Api
from benchmarks.class_folders import LabelledFile, read_class_folders
from benchmarks.holdout import measure_holdout
from benchmarks.instance import REPOSITORY, running_api
from lenswright.cpus import cpu_count
from lenswright.imaging.framing import decode_framed
from lenswright.inference.session import open_session
from lenswright.registry.bundle import NETWORK, Bundles
from lenswright.storage.blobs import Blobs

TASK = "speed"
SHOWN = ("trainer", "train_s", "upload_s", "accuracy")

say = partial(print, "...", file=sys.stderr, flush=True)


def read_arguments() -> argparse.Namespace:
    """Return what to train on and to measure with."""
    parser = argparse.ArgumentParser(description="Measure training beside a plain Keras script.")
    parser.add_argument("--photos", type=Path, required=True, help="folder with one folder per class")
    parser.add_argument("--holdout", type=Path, required=True, help="another such folder, to measure with")
    parser.add_argument("--weights", type=Path, required=True, help="weights file of MobileNetV2, no top")
    parser.add_argument("--per-class", type=int, help="take only so many photos of each class")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    photos = read_class_folders(given.photos, given.per_class)
    held_out = read_class_folders(given.holdout)
    with tempfile.TemporaryDirectory() as folder:
        ours, floor_s = train_here(Path(folder, "home"), given.weights, photos, held_out)
        peer = train_peer(linked(Path(folder, "photos"), photos), given)
    rows = [ours, peer, {"trainer": "one forward pass", "train_s": floor_s}]
    ratios = {
        "sooner_than_keras": round(peer["train_s"] / ours["train_s"], 1),
        "sooner_upload_included": round(peer["train_s"] / (ours["train_s"] + ours["upload_s"]), 1),
        "times_the_floor": round(ours["train_s"] / floor_s, 2),
    }
    print(record.table([{key: row.get(key) for key in SHOWN} for row in rows]))
    print(f"{len(photos)} photos, {len(held_out)} held out: {ratios}")
    settings = {name: str(value) for name, value in vars(given).items()}
    kept = {"machine": facts, "settings": settings, "photos": len(photos), "rows": rows, "ratios": ratios}
    print(record.save("training_speed", kept))


def train_here(
    home: Path, weights: Path, photos: Sequence[LabelledFile], held_out: Sequence[LabelledFile]
) -> tuple[dict[str, Any], float]:
    """Return the platform's row and the seconds of one forward pass through the network it trained."""
    named = {"backbone_weights": str(weights.resolve())}
    with running_api(home, bundled=REPOSITORY / "models", **named) as instance:
        api = Api(instance.url, TASK)
        say("upload")
        began = time.perf_counter()
        api.upload_labelled(photos, zipped=True)
        uploaded = time.perf_counter()
        status = api.train({"preset": "fast", "weights": "file"}, say)
        trained = time.perf_counter()
        say("unseen photos")
        answers = measure_holdout(instance.url, TASK, held_out)
    row = {
        "trainer": "lenswright fast",
        "train_s": round(trained - uploaded, 2),
        "upload_s": round(uploaded - began, 2),
        "accuracy": answers["accuracy"],
        "phases": status["result"]["seconds"],
    }
    return row, one_pass_s(Bundles(Blobs(str(home / "models"))), status["version"], photos)


def one_pass_s(bundles: Bundles, version: str, photos: Sequence[LabelledFile]) -> float:
    """Return how long it takes to decode every photo and to run the float32 network on it once."""
    say("one forward pass")
    spec = bundles.manifest(TASK, version).input_spec
    session = open_session(bundles.read_file(TASK, version, NETWORK))

    def see(photo: LabelledFile) -> None:
        session.run(["embedding"], {"images": decode_framed(photo.file.read_bytes(), spec)[None]})

    began = time.perf_counter()
    with ThreadPoolExecutor(cpu_count()) as pool:
        list(pool.map(see, photos))
    return round(time.perf_counter() - began, 2)


def linked(folder: Path, photos: Sequence[LabelledFile]) -> Path:
    """Return `folder`, made of links to `photos`, one folder per class."""
    for number, photo in enumerate(photos):
        link = folder / photo.label / f"{number}-{photo.file.name}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(photo.file.resolve())
    return folder


def train_peer(photos: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Return the peer's row; `train_s` is from the start of its script until it is trained."""
    say("plain Keras")
    files = {"--photos": photos, "--test": given.holdout.resolve(), "--weights": given.weights.resolve()}
    named = [word for name, file in files.items() for word in (name, str(file))]
    command = [sys.executable, "-m", "benchmarks.plain_keras", *named]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(command, cwd=REPOSITORY, env=quiet, stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    phases = result["seconds"]
    return {
        "trainer": f"plain Keras, {result['epochs']} epochs",
        "train_s": round(sum(spent for name, spent in phases.items() if name != "evaluate"), 2),
        "accuracy": result["accuracy"],
        "phases": phases,
    }


if __name__ == "__main__":
    main()
