from pathlib import Path
from typing import Any

from lenswright.runs.request import TrainingRequest
from lenswright.training.leaderboard import FinishedRows, failed_row, ranked

PHOTOS = [f"{number:064x}" for number in range(40)]


def row(version: str, accuracy: float, log_loss: float = 0.5) -> dict[str, Any]:
    return {"name": version, "version": version, "accuracy": accuracy, "log_loss": log_loss, "error": None}


def right(count: int) -> dict[str, bool]:
    return {photo: number < count for number, photo in enumerate(PHOTOS)}


def test_the_most_accurate_is_first_and_log_loss_breaks_a_tie() -> None:
    rows = [row("b", 0.8, 0.6), row("a", 0.9), row("c", 0.8, 0.4)]
    board = ranked(rows, {"a": right(36), "b": right(32), "c": right(32)})
    assert [(entry["rank"], entry["version"]) for entry in board] == [(1, "a"), (2, "c"), (3, "b")]


def test_a_difference_that_may_be_chance_is_marked_as_such() -> None:
    rows = [row("best", 1.0), row("close", 0.9), row("far", 0.75)]
    board = ranked(rows, {"best": right(40), "close": right(36), "far": right(30)})
    # 4 photos lost and none gained: p = 0.125; 10 lost: p = 0.002
    assert [entry["within_chance_of_best"] for entry in board] == [True, True, False]


def test_only_photos_that_both_answered_are_compared() -> None:
    board = ranked([row("best", 1.0), row("other", 0.0)], {"best": right(40), "other": {}})
    assert [entry["within_chance_of_best"] for entry in board] == [True, None]


def test_a_failure_is_last_and_has_no_rank() -> None:
    failed = failed_row("vgg16 fast", TrainingRequest(backbone="vgg16"), "No weights.")
    board = ranked([failed, row("a", 0.1)], {"a": right(4)})
    assert [(entry["rank"], entry["error"]) for entry in board] == [(1, None), (None, "No weights.")]
    assert board[1].keys() >= {"accuracy", "top5", "latency_ms", "size_bytes"}


def test_a_finished_row_is_found_again_for_the_same_request_and_photos_only(tmp_path: Path) -> None:
    file, request = tmp_path / "rows.json", TrainingRequest(epochs=5)
    FinishedRows(file, "photos").keep(request, row("a", 0.9))
    assert FinishedRows(file, "photos").find(request) == row("a", 0.9)
    assert FinishedRows(file, "other photos").find(request) is None
    assert FinishedRows(file, "photos").find(TrainingRequest(epochs=6)) is None
