"""Whole runs on frozen data: what they name, what changed since the champion, and the way back to it."""

import json
from typing import Any

import pytest

from lenswright.dataset.example import Photo
from lenswright.dataset.lineage import models_that_saw
from lenswright.dataset.snapshots import snapshot
from lenswright.dataset.statistics import data_hash, labelled_photos
from lenswright.dataset.upload import Upload
from lenswright.runs.state import Run
from lenswright.training.progress import Progress
from lenswright.training.run import TrainingRun
from lenswright.training.workbench import Workbench
from tests.builders import photo
from tests.dataset.history import bin_, change, forget
from tests.training.heartbeats import Wish
from tests.training.tiny_home import COLOURS, TASK, ended, queued, shades, take_in

LEARNS = {"epochs": 20, "learning_rate": 0.05}


@pytest.fixture
def bench(bench: Workbench) -> Workbench:
    """The stores of a home with photos of both colours."""
    take_in(bench, shades(12))
    return bench


def photos(bench: Workbench, split: str) -> list[Photo]:
    return [one for one in labelled_photos(bench.database, TASK) if one.split == split]


def relabel(bench: Workbench, photo: Photo) -> None:
    other = next(name for name in COLOURS if name != photo.label)
    change(bench.database, photo, label=other)


def said(bench: Workbench, run: Run) -> str:
    return "\n".join(bench.journal.log_tail(run.id))


def died(bench: Workbench, **wish: Any) -> Run:
    """Return a run that failed when all its work was done, the best there is to go on with."""
    run = queued(bench, **wish)
    progress = Progress(bench.journal, run.id, run.request.preset)
    TrainingRun(bench, run, progress, Wish()).execute()  # type: ignore[arg-type]
    bench.journal.finish(run.id, "failed", error="the machine died")
    return bench.journal.get(run.id)


def green(count: int) -> list[Upload]:
    """Return photos of a third class."""
    return [Upload(f"green-{n}.jpg", photo((40, 190, 60), seed=n), label="green") for n in range(count)]


def report(bench: Workbench, run: Run) -> dict[str, Any]:
    return bench.bundles.report(TASK, str(run.version))


def test_a_retrain_tells_what_is_new_and_the_first_data_set_can_be_trained_on_again(
    bench: Workbench,
) -> None:
    first = ended(bench, **LEARNS)
    assert (first.state, first.error) == ("completed", None)
    assert (first.result["changes"], first.result["since_champion"]) == (None, None)
    began_with = bench.bundles.manifest(TASK, str(first.version))
    assert began_with.training["snapshot"] == first.snapshot == first.result["snapshot"]

    take_in(bench, shades(3, first_seed=900))
    corrected, removed = photos(bench, "test")[0], photos(bench, "train")[0]
    relabel(bench, corrected)
    bin_(bench.database, removed)
    second = ended(bench, kind="retrain", **LEARNS)
    assert (second.state, second.error) == ("completed", None)
    assert second.snapshot not in (None, first.snapshot)
    assert second.result["since_champion"] == {"new": 6, "relabelled": 1, "removed": 1}
    assert "6 new photos, 1 corrected label and 1 photo removed since the champion." in said(bench, second)
    changed = second.result["changes"]
    assert changed["compared_with"] == first.version
    assert len(changed["fixed"]) - len(changed["newly_wrong"]) == (
        second.result["verdict"]["numbers"]["candidate_right"]
        - second.result["verdict"]["numbers"]["champion_right"]
    )
    written = report(bench, second)
    assert json.loads(json.dumps(changed)) == written["changes"]
    assert written["since_champion"] == second.result["since_champion"]
    seen = [(sight.version, sight.label) for sight in models_that_saw(bench.database, corrected.id)]
    assert set(seen) == {(first.version, corrected.label), (second.version, photos(bench, "test")[0].label)}

    change(bench.database, removed, deleted_at=None)
    again = ended(bench, snapshot=first.snapshot, **LEARNS)
    assert (again.state, again.error, again.snapshot) == ("completed", None, first.snapshot)
    repeated = bench.bundles.manifest(TASK, str(again.version))
    assert (
        repeated.data_hash == began_with.data_hash == snapshot(bench.database, first.snapshot or 0).data_hash
    )
    assert f"Data set {first.snapshot}, as it was frozen: 24 photos." in said(bench, again)


def test_a_better_model_names_the_photos_that_it_gets_right_now(bench: Workbench) -> None:
    truth = {one.id: one.label for one in labelled_photos(bench.database, TASK)}
    for one in [*photos(bench, "train"), *photos(bench, "validation")]:
        relabel(bench, one)  # everything it learns from is the wrong way round
    worst = ended(bench, **LEARNS)
    for one in labelled_photos(bench.database, TASK):
        change(bench.database, one, label=truth[one.id])
    best = ended(bench, **LEARNS)
    changed = best.result["changes"]
    assert changed["compared_with"] == worst.version
    assert sorted(changed["fixed"]) == [one.id for one in photos(bench, "test")]
    assert (changed["fixed_total"], changed["newly_wrong"]) == (2, [])
    card = bench.bundles.read_file(TASK, str(best.version), "MODEL_CARD.md").decode()
    assert (
        "2 of the photos that it gets wrong are right now, and 0 that it gets right are newly wrong" in card
    )


def test_photos_that_are_gone_from_an_earlier_data_set_are_left_out_and_named(bench: Workbench) -> None:
    first = ended(bench)
    binned, forgotten = photos(bench, "train")[:2]
    bin_(bench.database, binned)
    forget(bench.database, forgotten)
    again = ended(bench, snapshot=first.snapshot)
    assert (again.state, again.error) == ("completed", None)
    assert f"2 photos of it are gone and left out: {binned.filename}, photo {forgotten.id}." in said(
        bench, again
    )
    assert again.snapshot != first.snapshot
    assert sum(again.result["photos"].values()) == 22


def test_too_few_photos_left_of_an_earlier_data_set_end_the_run_with_the_counts(bench: Workbench) -> None:
    first = ended(bench)
    for one in labelled_photos(bench.database, TASK):
        if one.label == "red":
            bin_(bench.database, one)
    run = ended(bench, snapshot=first.snapshot)
    assert (run.state, run.snapshot) == ("failed", None)
    assert "at least 2 classes. Received: blue: 12." in str(run.error)


def test_a_search_for_settings_may_use_an_earlier_data_set(bench: Workbench) -> None:
    first = ended(bench)
    take_in(bench, shades(3, first_seed=900))
    tuned = ended(bench, kind="tune", trials=1, snapshot=first.snapshot)
    assert (tuned.state, tuned.snapshot) == ("completed", first.snapshot)
    assert tuned.result["snapshot"] == first.snapshot
    assert tuned.result["best"]["snapshot"] == first.snapshot


def test_a_run_that_died_goes_on_with_its_photos_and_classes_though_there_are_more(bench: Workbench) -> None:
    best: dict[str, Any] = {"preset": "best", "fine_tune_epochs": 1}
    before = data_hash(labelled_photos(bench.database, TASK))
    first = died(bench, **best)
    take_in(bench, green(6))
    resumed = ended(bench, resume_run=first.id, **best)
    assert (resumed.state, resumed.error, resumed.snapshot) == ("completed", None, first.snapshot)
    manifest = bench.bundles.manifest(TASK, str(resumed.version))
    assert (manifest.data_hash, manifest.classes) == (before, ("blue", "red"))


def test_a_run_that_died_does_not_go_on_without_one_of_its_classes(bench: Workbench) -> None:
    take_in(bench, green(6))
    first = died(bench)
    for one in labelled_photos(bench.database, TASK):
        if one.label == "green":
            bin_(bench.database, one)
    resumed = ended(bench, resume_run=first.id)
    assert resumed.state == "failed"
    assert "every class that the run began with. There are none any more of: green." in str(resumed.error)
