"""Labels flipped at random: how many of them does the check of the data put first?

    python -m benchmarks.label_errors --photos FOLDER --weights FILE [--share 0.03] [--seed 0]

FOLDER has one folder per class. The photos are uploaded to a fresh home over HTTP, a share of them under
the label of another class; `POST /dataset/check` then looks for wrong labels. Prints precision and recall
of the first suggestions, and leaves the first that were not flipped as a page of photos: photos whose
label was wrong before count against the precision, too.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from benchmarks import record
from benchmarks.api_calls import Api
from benchmarks.class_folders import LabelledFile, read_class_folders
from benchmarks.instance import Instance, running_api

TASK = "label-errors"
PAGE = 500
SHARES = (0.01, 0.02, 0.03, 0.04, 0.06, 0.1)  # of all photos, looked at from the top of the list
CELL_PX, COLUMNS, SHOWN = 150, 8, 48


def read_arguments() -> argparse.Namespace:
    """Return what to measure on."""
    parser = argparse.ArgumentParser(description="Measure how well the check finds flipped labels.")
    parser.add_argument("--photos", type=Path, required=True, help="folder with one folder per class")
    parser.add_argument("--weights", type=Path, required=True, help="weights of the backbone")
    parser.add_argument("--share", type=float, default=0.03, help="of the labels that are flipped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-class", type=int, help="use only so many photos of each class")
    parser.add_argument("--home", type=Path, help="keep the state here; must not exist")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    truth = read_class_folders(given.photos, given.per_class)
    photos, flipped = flip(truth, given.share, given.seed)
    kept = nullcontext(given.home) if given.home else tempfile.TemporaryDirectory()
    with kept as home, running_api(Path(home), backbone_weights=str(given.weights)) as instance:
        found = measure(instance, photos, flipped)
    suspects = found.pop("suspects")
    found = {"photos": len(photos), "flipped": len(flipped), **found}
    print("\n".join(f"{name}: {value}" for name, value in found.items() if name != "first"))
    print(table(found["first"]))
    file = record.save("label_errors", {"machine": facts, "photos_from": str(given.photos), **found})
    page = file.with_suffix(".jpg")
    contact_sheet(suspects).save(page, quality=85)
    print(file, page, sep="\n")


def flip(truth: Sequence[LabelledFile], share: float, seed: int) -> tuple[list[LabelledFile], set[Path]]:
    """Return the photos, `share` of them under another label drawn at random, and the files of those."""
    draw = random.Random(seed)
    classes = sorted({photo.label for photo in truth})
    chosen = set(draw.sample(range(len(truth)), round(share * len(truth))))
    photos = [
        replace(photo, label=draw.choice([name for name in classes if name != photo.label]))
        if number in chosen
        else photo
        for number, photo in enumerate(truth)
    ]
    return photos, {truth[number].file for number in chosen}


def measure(instance: Instance, photos: Sequence[LabelledFile], flipped: set[Path]) -> dict[str, Any]:
    """Return what the check found, and the files of the first that it suspects and nobody flipped."""
    api = Api(instance.url, TASK)
    ids = api.upload_by_label(photos)
    file_of = dict(zip(ids, (photo.file for photo in photos), strict=True))
    began = time.perf_counter()
    run = api.check(lambda phase: print(f"  {phase}", flush=True))
    seconds = time.perf_counter() - began
    suggestions = api.suggestions(PAGE)
    ranked = [file_of[one["photo"]["id"]] for one in suggestions]
    notes = {file_of[one["photo"]["id"]]: f"{one['given']}? {one['suggested']}" for one in suggestions}
    innocent = [(file, notes[file]) for file in ranked if file not in flipped]
    return {
        "check_s": round(seconds, 1),
        "phases_s": run["result"].get("seconds"),
        "suggestions": len(ranked),
        "regrouped": run["result"]["regrouped"],
        "words": run["result"]["advice"]["words"],
        "first": first_of(ranked, flipped, len(photos)),
        "suspects": innocent[:SHOWN],
    }


def first_of(ranked: Sequence[Path], flipped: set[Path], photos: int) -> list[dict[str, float]]:
    """Return precision and recall of the first N suggestions, for some N."""
    counts = {round(share * photos): share for share in SHARES} | {len(flipped): len(flipped) / photos}
    rows = []
    for count, share in sorted(counts.items()):
        looked_at = ranked[:count]
        hits = sum(file in flipped for file in looked_at)
        rows.append(
            {
                "first": count,
                "share": round(share, 4),
                "precision": round(hits / max(len(looked_at), 1), 4),
                "recall": round(hits / max(len(flipped), 1), 4),
            }
        )
    return rows


def table(rows: Sequence[dict[str, float]]) -> str:
    lines = ["first N   of all   precision   recall"]
    lines += [
        f"{row['first']:7}  {row['share']:7.1%}  {row['precision']:10.1%}  {row['recall']:7.1%}"
        for row in rows
    ]
    return "\n".join(lines)


def contact_sheet(suspects: Sequence[tuple[Path, str]]) -> Image.Image:
    """Return the photos side by side, with the label they have and the one suggested."""
    rows = max(1, -(-len(suspects) // COLUMNS))
    sheet = Image.new("RGB", (COLUMNS * CELL_PX, rows * (CELL_PX + 14)), "white")
    pencil = ImageDraw.Draw(sheet)
    for number, (file, note) in enumerate(suspects):
        left, top = number % COLUMNS * CELL_PX, number // COLUMNS * (CELL_PX + 14)
        with Image.open(file) as image:
            small = image.convert("RGB")
        small.thumbnail((CELL_PX - 4, CELL_PX - 4))
        sheet.paste(small, (left, top + 14))
        pencil.text((left, top + 1), note[:26], fill="black")
    return sheet


if __name__ == "__main__":
    main()
