"""Does a model know what it does not know? Photos of its own classes against photos of something else.

    python -m benchmarks.unknown --home HOME --task cats-vs-dogs --others FOLDER [--known FOLDER]

HOME is where the model serves. FOLDER of --others has photos of none of its classes; that of --known has
one folder per class (default: the test photos of the task in HOME). Prints how well the distance to the
training photos tells them apart, and leaves the numbers (JSON) and the figures (HTML) in the results.
"""

import argparse
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks import record
from benchmarks.class_folders import read_class_folders
from benchmarks.photos import photo_files
from lenswright.cpus import cpu_count
from lenswright.dashboard.figures.reliability import reliability as reliability_figure
from lenswright.dataset.statistics import labelled_photos
from lenswright.evaluation.calibration import expected_calibration_error, reliability
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.inference.nearest import Neighbourhood
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.settings import Settings, load_settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database

FALSE_REJECTS = (0.02, 0.05)
BIN = 0.01  # of the histogram, cosine distance

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Seen:
    """What the model made of N photos: probabilities (N, C) and distances to its training photos (N,)."""

    probabilities: Floats
    distances: Floats


def read_arguments() -> argparse.Namespace:
    """Return which model to ask, and about what."""
    parser = argparse.ArgumentParser(description="Measure how a served model treats photos of other things.")
    parser.add_argument("--home", type=Path, required=True, help="where the model serves")
    parser.add_argument("--task", default="cats-vs-dogs")
    parser.add_argument("--others", type=Path, required=True, help="folder of photos of none of its classes")
    parser.add_argument("--known", type=Path, help="folder with one folder per class")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    settings = load_settings(home=given.home)
    database = open_database(settings.database)
    ask = Oracle(settings, database, given.task)
    known, labels = own_photos(settings, database, given)
    database.close()
    ours = ask(known)
    index = {name: number for number, name in enumerate(ask.manifest.classes)}
    right = np.array([index[label] for label in labels])
    theirs = ask(file.read_bytes() for file in photo_files(given.others))
    found = {
        "version": ask.manifest.version,
        "known": len(right),
        "accuracy": round(float((ours.probabilities.argmax(axis=1) == right).mean()), 4),
        "ece": round(expected_calibration_error(ours.probabilities, right), 4),
        "others": len(theirs.distances),
        **separation(ours.distances, theirs.distances),
        "served": served(ours, theirs, ask.manifest.unknown_distance),
    }
    print("\n".join(f"{name}: {value}" for name, value in found.items()))
    drawn = figures(ours, right, theirs, ask.manifest.unknown_distance)
    file = record.save("unknown", {"machine": facts, "task": given.task, **found})
    page = file.with_suffix(".html")
    page.write_text(html(drawn, f"{given.task}, {ask.manifest.version}"))
    print(file, page, sep="\n")


class Oracle:
    """The champion of a task; called with photos, it says what it sees in them."""

    def __init__(self, settings: Settings, database: Database, task: str) -> None:
        version = Promotion(database).champion(task)
        if version is None:
            raise SystemExit(f"Expected a home where a model serves {task!r}. Received: {settings.home}.")
        bundle = Bundles(Blobs(settings.blobs_at("models"))).load(task, version)
        if bundle.reference is None:
            raise SystemExit(f"The model {version} has no reference to hold photos against.")
        self.manifest = bundle.manifest
        self._classifier, self._neighbourhood = Classifier(bundle), Neighbourhood(bundle.reference)

    def __call__(self, photos: Iterable[bytes]) -> Seen:
        with ThreadPoolExecutor(cpu_count()) as pool:
            rows = list(pool.map(self._see, photos))
        return Seen(np.stack([row[0] for row in rows]), np.array([row[1] for row in rows], np.float32))

    def _see(self, photo: bytes) -> tuple[Floats, float]:
        answer = self._classifier.answer(decode_framed(photo, self.manifest.input_spec)[None])
        return answer.probabilities[0], float(self._neighbourhood.distance(answer.embeddings)[0])


def own_photos(
    settings: Settings, database: Database, given: argparse.Namespace
) -> tuple[Iterable[bytes], Sequence[str]]:
    """Return the photos to know and their labels."""
    if given.known:
        files = read_class_folders(given.known)
        return (photo.file.read_bytes() for photo in files), [photo.label for photo in files]
    uploads = Blobs(settings.blobs_at("uploads"))
    photos = [photo for photo in labelled_photos(database, given.task) if photo.split == "test"]
    if not photos:
        raise SystemExit("This home has no test photos of the task: name a folder of them with --known.")
    return (uploads.read(photo.key) for photo in photos), [str(photo.label) for photo in photos]


def separation(known: Floats, others: Floats) -> dict[str, Any]:
    """Return the AUROC, and the share of the others rejected where a share of the known ones is."""
    truth = np.repeat([0, 1], [len(known), len(others)])
    auroc = roc_auc_score(truth, np.concatenate([known, others]))
    rejected = {
        f"rejected_at_{share:.0%}": round(float((others > np.quantile(known, 1 - share)).mean()), 4)
        for share in FALSE_REJECTS
    }
    return {"auroc": round(float(auroc), 4), **rejected}


def served(ours: Seen, theirs: Seen, limit: float | None) -> dict[str, float] | None:
    """Return the share of each that the model itself calls unknown, by the limit of its validation photos."""
    if limit is None:
        return None
    return {
        "known_rejected": round(float((ours.distances > limit).mean()), 4),
        "others_rejected": round(float((theirs.distances > limit).mean()), 4),
    }


def figures(ours: Seen, labels: NDArray[np.int64], theirs: Seen, limit: float | None) -> list[go.Figure]:
    """Return the reliability diagram, and the histogram of the distances."""
    bins = [vars(cell) for cell in reliability(ours.probabilities, labels)]
    trust = reliability_figure(bins, "light")
    histogram = go.Figure(layout={"barmode": "overlay", "template": trust.layout.template})
    for name, distances in (("own classes", ours.distances), ("something else", theirs.distances)):
        histogram.add_histogram(
            x=distances, name=name, opacity=0.65, xbins={"size": BIN}, histnorm="probability"
        )
    if limit is not None:
        histogram.add_vline(limit, line_dash="dot", annotation_text="unknown beyond")
    histogram.update_xaxes(title_text="cosine distance to the fifth-nearest training photo")
    histogram.update_yaxes(title_text="share of photos", tickformat=".0%")
    return [
        trust.update_layout(title_text="Reliability"),
        histogram.update_layout(title_text="Unknown photos"),
    ]


def html(drawn: Sequence[go.Figure], title: str) -> str:
    """Return one page with the figures that needs nothing else."""
    first, *others = drawn
    parts = [first.to_html(full_html=False, include_plotlyjs=True)]
    parts += [figure.to_html(full_html=False, include_plotlyjs=False) for figure in others]
    head = f"<!doctype html><meta charset='utf-8'><title>{title}</title><h1>{title}</h1>"
    return head + "".join(parts)


if __name__ == "__main__":
    main()
