from typing import Any

import pytest

from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import TrainingStopped
from lenswright.runs.request import TrainingRequest
from lenswright.training.progress import Progress
from lenswright.training.run import Outcome
from lenswright.training.tuning import LEARNING_RATES, SEARCHED, Tuning, drawn_settings
from lenswright.training.workbench import Workbench
from tests.training.heartbeats import Wish
from tests.training.tiny_home import TASK, ended, queued, shades, take_in


@pytest.fixture
def bench(bench: Workbench) -> Workbench:
    """The stores of a home with photos of both colours."""
    take_in(bench, shades(12))
    return bench


def tuned(bench: Workbench, *, stop_after: int = 99, **wish: Any) -> tuple[Outcome, list[dict[str, Any]]]:
    """Return what a search found, and what it reported on the way; it is stopped after some trials."""
    run, heartbeat = queued(bench, kind="tune", **wish), Wish(stop_asked=stop_after == 0)
    reported: list[dict[str, Any]] = []

    def on_epoch(record: dict[str, Any]) -> None:
        reported.append(record)
        heartbeat.stop_asked = len(reported) >= stop_after

    progress = Progress(bench.journal, run.id, "tune", on_epoch=on_epoch)
    return Tuning(bench, run, progress, heartbeat).execute(), reported  # type: ignore[arg-type]


def test_trials_are_ranked_by_validation_and_the_first_has_the_settings_asked_for(bench: Workbench) -> None:
    outcome, reported = tuned(bench, trials=3, dropout=0.35, learning_rate=0.005, batch_size=64)
    rows = outcome.result["trials"]
    assert outcome.version is None
    assert [row["rank"] for row in rows] == [1, 2, 3]
    order = [(-row["val_accuracy"], row["val_log_loss"]) for row in rows]
    assert order == sorted(order)
    first = next(row for row in rows if row["trial"] == 1)
    assert (first["dropout"], first["learning_rate"], first["batch_size"]) == (0.35, 0.005, 64)
    assert [record["epoch"] for record in reported] == [1, 2, 3]
    assert {record["val_accuracy"] for record in reported} == {row["val_accuracy"] for row in rows}


def test_the_best_trial_is_a_body_that_train_accepts(bench: Workbench) -> None:
    outcome, _ = tuned(bench, trials=2, views=2, preset="scratch")
    body = outcome.result["best"]
    request = TrainingRequest.from_json(body)
    best = outcome.result["trials"][0]
    assert {name: getattr(request, name) for name in SEARCHED} == {name: best[name] for name in SEARCHED}
    assert (request.kind, request.preset, request.views, request.task) == ("train", "fast", 2, TASK)


def test_the_test_split_is_not_touched(bench: Workbench) -> None:
    for photo in labelled_photos(bench.database, TASK):
        if photo.split == "test":
            bench.uploads.delete(photo.key)
    run = ended(bench, kind="tune", trials=2)
    assert (run.state, run.error) == ("completed", None)
    assert len(run.result["trials"]) == 2
    assert "left out" not in "".join(bench.journal.log_tail(run.id))


def test_a_stop_keeps_the_finished_trials(bench: Workbench) -> None:
    outcome, reported = tuned(bench, trials=50, stop_after=2)
    assert len(reported) == 2
    assert {row["trial"] for row in outcome.result["trials"]} == {1, 2}


def test_a_stop_before_the_first_trial_leaves_nothing(bench: Workbench) -> None:
    with pytest.raises(TrainingStopped):
        tuned(bench, trials=5, stop_after=0)


def test_a_trial_that_diverges_is_left_out_and_said_so(bench: Workbench) -> None:
    explosive = {"learning_rate": 10.0, "weight_decay": 1.0, "batch_size": 4, "epochs": 15, "patience": 15}
    run = ended(bench, kind="tune", trials=2, **explosive)
    assert (run.state, run.error) == ("completed", None)
    assert [row["trial"] for row in run.result["trials"]] == [2]
    assert "Trial 1 is left out: The loss became infinite" in "\n".join(bench.journal.log_tail(run.id))


def test_the_seed_decides_what_is_tried() -> None:
    def drawn(seed: int) -> list[dict[str, Any]]:
        return list(drawn_settings(TrainingRequest(kind="tune", trials=30, seed=seed)))

    assert drawn(1) == drawn(1)
    assert drawn(1)[0] == drawn(2)[0]
    assert drawn(1)[1:] != drawn(2)[1:]
    for settings in drawn(3):
        TrainingRequest.from_json(settings)
        assert LEARNING_RATES[0] <= settings["learning_rate"] <= LEARNING_RATES[1]
