"""Does drift speak up for strange photos, and only for those?

    python -m benchmarks.drift --home HOME --task cats-vs-dogs --photos test=FOLDER --photos others=FOLDER

HOME is where the model serves; each FOLDER, with its subfolders, is taken for traffic. Prints the measures of
each and how often DRAWS samples of SAMPLE of its photos would have been called shifted or drifted, and leaves
the numbers (JSON) in the results.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import record
from benchmarks.photos import photo_files
from benchmarks.unknown import Oracle
from lenswright.monitoring.drift import Drift, RecentAnswers, compare
from lenswright.monitoring.drift_measures import Measure
from lenswright.monitoring.expected_answers import ExpectedAnswers, expected_of
from lenswright.registry.bundle import Bundles
from lenswright.settings import load_settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database

DRAWS, SAMPLE, SEED = 200, 1_000, 20_261_121


def read_arguments() -> argparse.Namespace:
    """Return which model to ask, and about what."""
    parser = argparse.ArgumentParser(description="Measure what drift says of folders of photos.")
    parser.add_argument("--home", type=Path, required=True, help="where the model serves")
    parser.add_argument("--task", default="cats-vs-dogs")
    parser.add_argument("--photos", action="append", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="photos of one draw")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    settings = load_settings(home=given.home)
    database = open_database(settings.database)
    ask = Oracle(settings, database, given.task)
    database.close()
    version = ask.manifest.version
    report = Bundles(Blobs(settings.blobs_at("models"))).report(given.task, version)
    expected = expected_of(report)
    found = {}
    for name, folder in (pair.split("=", 1) for pair in given.photos):
        seen = ask(file.read_bytes() for file in photo_files(Path(folder)))
        predicted = [ask.manifest.classes[index] for index in seen.probabilities.argmax(axis=1)]
        recent = RecentAnswers(
            predicted,
            seen.probabilities.max(axis=1).astype(np.float64),
            seen.distances.astype(np.float64),
            None,
            None,
        )
        drawn = verdicts(expected, recent, version, given.sample)
        found[name] = described(compare(expected, recent, version)) | {"draws": drawn}
        print(name, *(f"{key}: {value}" for key, value in found[name].items()), sep="\n  ")
    facts = {"machine": record.machine(), "version": version, "sample": given.sample}
    print(record.save("drift", {**facts, "traffic": found}))


def verdicts(
    expected: ExpectedAnswers | None, recent: RecentAnswers, version: str, sample: int
) -> dict[str, int]:
    """Return what DRAWS draws of `sample` answers, or three quarters where they are fewer, are called."""
    random = np.random.default_rng(SEED)
    size = sample if len(recent) > sample else 3 * len(recent) // 4
    drawn = (random.permutation(len(recent))[:size] for _ in range(DRAWS))
    return dict(Counter(compare(expected, part(recent, rows), version).verdict for rows in drawn))


def part(recent: RecentAnswers, rows: NDArray[np.int64]) -> RecentAnswers:
    """Return these rows of `recent` only."""
    classes: Sequence[str] = [recent.classes[row] for row in rows]
    return RecentAnswers(classes, recent.confidence[rows], recent.distances[rows], recent.since, recent.until)


def described(drift: Drift) -> dict[str, Any]:
    """Return a comparison in a few words and numbers."""
    measures = [drift.class_mix, *drift.measures]
    return {
        "photos": drift.photos,
        "against": f"{drift.expected_photos} {drift.split} photos",
        "verdict": drift.verdict,
        **{measure.name: words(measure) for measure in measures if measure is not None},
    }


def words(measure: Measure) -> str:
    """Return a measure beside its limits."""
    return (
        f"{measure.statistic.upper()} {measure.value:.3f}, shifted from {measure.shifted_from:.3f},"
        f" drifted from {measure.drifted_from:.3f}: {measure.level}"
    )


if __name__ == "__main__":
    main()
