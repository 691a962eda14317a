from collections.abc import Callable
from typing import Any

import pytest

from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import TrainingStopped
from lenswright.training.comparison import EARLY, Comparison
from lenswright.training.progress import Progress
from lenswright.training.run import Outcome
from lenswright.training.workbench import Workbench
from tests.dataset.history import bin_
from tests.training.heartbeats import Wish
from tests.training.tiny_home import TASK, ended, queued, shades, take_in

pytestmark = pytest.mark.slow

TWO = [{"learning_rate": 0.05}, {"learning_rate": 0.02, "dropout": 0.5}]


@pytest.fixture
def bench(bench: Workbench) -> Workbench:
    """The stores of a home with photos of both colours."""
    take_in(bench, shades(12))
    return bench


def compared(
    bench: Workbench, heartbeat: Wish, on_epoch: Callable[[int], None], **wish: Any
) -> tuple[Outcome, int]:
    """Return what a comparison found, and its run; `on_epoch` gets the number of epochs so far."""
    run = queued(bench, kind="compare", epochs=2, **{"configurations": TWO} | wish)
    seen: list[Any] = []

    def count(record: dict[str, Any]) -> None:
        seen.append(record)
        on_epoch(len(seen))

    progress = Progress(bench.journal, run.id, "compare", on_epoch=count)
    return Comparison(bench, run, progress, heartbeat).execute(), run.id  # type: ignore[arg-type]


def ignored(_: int) -> None:
    """Nothing happens during the run."""


def test_every_configuration_becomes_a_version_and_none_serves_by_itself(bench: Workbench) -> None:
    run = ended(bench, kind="compare", configurations=TWO)
    assert (run.state, run.error, run.version) == ("completed", None, None)
    board = run.result["leaderboard"]
    assert [row["rank"] for row in board] == [1, 2]
    assert {row["name"] for row in board} == {
        "auto fast, learning_rate=0.05", "auto fast, learning_rate=0.02, dropout=0.5",
    }  # fmt: skip
    for row in board:
        assert row["accuracy_low"] <= row["accuracy"] <= row["accuracy_high"]
        assert min(row["seconds"], row["size_bytes"], row["latency_ms"], row["images_per_s"]) > 0
        version = bench.versions.get(row["version"])
        assert version.run_id == run.id
        assert version.verdict is not None
        assert "promote it by hand" in version.verdict["reason"]
    assert board[0]["within_chance_of_best"] is True
    assert bench.promotion.champion(TASK) is None
    assert list(bench.run_folder(run.id).glob("configuration-*")) == []  # gigabytes, of use no more


def test_a_configuration_that_fails_has_a_row_and_the_others_go_on(bench: Workbench) -> None:
    run = ended(bench, kind="compare", configurations=[{"weights": "file"}, {"epochs": 2}])
    board = run.result["leaderboard"]
    assert run.state == "completed"
    assert (board[0]["error"], board[0]["rank"]) == (None, 1)
    assert (board[1]["version"], board[1]["rank"]) == (None, None)
    assert "LENSWRIGHT_BACKBONE_WEIGHTS" in board[1]["error"]
    log = "\n".join(bench.journal.log_tail(run.id))
    assert "auto fast, weights=file: No weights" in log


def test_all_learn_from_the_same_photos_though_more_arrive_meanwhile(bench: Workbench) -> None:
    def on_epoch(seen: int) -> None:
        if seen == 1:
            take_in(bench, shades(12, first_seed=500))

    outcome, _ = compared(bench, Wish(), on_epoch)
    versions = [row["version"] for row in outcome.result["leaderboard"]]
    assert len({bench.bundles.manifest(TASK, version).data_hash for version in versions}) == 1
    assert sum(outcome.result["photos"].values()) == 24


def test_a_stop_keeps_the_rows_so_far_and_a_resumed_run_trains_the_rest(bench: Workbench) -> None:
    heartbeat = Wish()

    def stop_in_the_second(seen: int) -> None:
        heartbeat.stop_asked = seen >= 3

    first, run_id = compared(bench, heartbeat, stop_in_the_second)
    finished, early = first.result["leaderboard"]
    finished, early = (early, finished) if finished["error"] else (finished, early)
    assert early["error"] == EARLY

    bench.journal.finish(run_id, "stopped")
    second, _ = compared(bench, Wish(), ignored, resume_run=run_id)
    board = {row["name"]: row for row in second.result["leaderboard"]}
    assert board[finished["name"]]["version"] == finished["version"]
    assert board[early["name"]]["version"] not in (None, early["version"])
    assert board[early["name"]]["error"] is None


def resumed_after(bench: Workbench, meanwhile: Callable[[], object]) -> list[set[str]]:
    """Return the versions of a comparison that died, and of the one that continued it."""
    first, run_id = compared(bench, Wish(), ignored)
    bench.journal.finish(run_id, "failed", error="the machine died")
    meanwhile()
    second, _ = compared(bench, Wish(), ignored, resume_run=run_id)
    return [{row["version"] for row in outcome.result["leaderboard"]} for outcome in (first, second)]


def test_a_resumed_run_goes_on_with_its_photos_though_there_are_more_by_now(bench: Workbench) -> None:
    first, second = resumed_after(bench, lambda: take_in(bench, shades(6, first_seed=300)))
    assert first == second


def test_a_resumed_run_trains_all_again_where_a_photo_is_gone(bench: Workbench) -> None:
    photo = labelled_photos(bench.database, TASK)[0]
    first, second = resumed_after(bench, lambda: bin_(bench.database, photo))
    assert first.isdisjoint(second)


def test_the_versions_of_a_comparison_name_the_snapshot_of_its_run(bench: Workbench) -> None:
    run = ended(bench, kind="compare", configurations=TWO)
    manifests = [bench.bundles.manifest(TASK, row["version"]) for row in run.result["leaderboard"]]
    assert [manifest.training["snapshot"] for manifest in manifests] == [run.snapshot] * 2
    assert run.result["snapshot"] == run.snapshot is not None


def test_a_stop_before_the_first_row_leaves_nothing(bench: Workbench) -> None:
    with pytest.raises(TrainingStopped):
        compared(bench, Wish(stop_asked=True), ignored)
