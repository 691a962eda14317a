from typing import Any

import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import run, run_history
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs", "run_id": None}


def live(api: ApiClient) -> dict[str, Any]:
    return poll.take(api, None, "/training", None, now=0)


def test_a_running_run_shows_phase_progress_and_stop(fake: FakeApi, api: ApiClient) -> None:
    fake.runs.train_s = 60
    fake.runs.start({})["at"] -= 30
    shown = run.show(live(api), None)
    assert (shown["title"], shown["phase"], shown["share"]) == ("Run 4 · fast", "Learning", "50\u202f%")
    assert (shown["epoch"], shown["speed"], shown["verdict"]) == ("12 / 24", "2,300", None)
    assert (shown["stop"], shown["resume"]) == ("", "hidden")
    assert shown["bar"] == pytest.approx(50, abs=2)
    assert shown["eta"].endswith("s")
    assert shown["log"].startswith("12:00:11 epoch 12")


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("fine-tuning", "Fine-tuning the backbone"),
        ("polishing", "polishing"),
        ("", "Waiting for the trainer"),
    ],
)
def test_a_phase_is_told_in_words_and_an_unknown_one_as_it_is(phase: str, words: str) -> None:
    assert run.phase_words({"phase": phase}) == words


@pytest.mark.parametrize(
    ("more", "counted", "words"),
    [
        ({"kind": "tune", "request": {"trials": 20}}, "Trial", "3 / 20"),
        ({"kind": "train", "phase": "fine-tuning", "request": {"fine_tune_epochs": 6}}, "Epoch", "3 / 6"),
        ({"kind": "train", "phase": "fitting", "request": {"fine_tune_epochs": 6}}, "Epoch", "3 / 60"),
        ({"kind": "compare"}, "Epoch", "3"),
    ],
)
def test_a_run_counts_what_its_kind_and_phase_count(more: dict, counted: str, words: str) -> None:
    going = {"run_id": 4, "state": "running", "epoch": 3, "epochs": 60, **more}
    shown = run.show({**poll.CONNECTING, "status": {}, "run": going}, None)
    assert (shown["counted"], shown["epoch"]) == (counted, words)


def test_a_finished_run_shows_its_verdict_in_words(api: ApiClient) -> None:
    shown = run.show(live(api), None)
    assert "right on 463 of 480" in str(shown["verdict"])
    assert (shown["body"], shown["resume"]) == ("ended", "hidden")


def test_a_failed_run_shows_its_error_and_what_a_resumed_one_begins_with(api: ApiClient) -> None:
    now = live(api)
    shown = run.show(now, run_history.picked_run(api, 2, now))
    assert "exit code -9" in str(shown["verdict"])
    assert (shown["title"], shown["resume"], shown["latest"]) == ("Run 2 · fast", "", "")
    assert shown["resume-words"].startswith("Resume continues from epoch 24 of 24 (last phase: ")


def test_a_stopped_run_is_resumed_and_the_new_one_says_what_it_continues(
    fake: FakeApi, api: ApiClient
) -> None:
    fake.runs.train_s = 60
    fake.runs.start({"preset": "best"})
    run.stop(api, 1, live(api), None)
    assert run.resume(api, 1, live(api), None) == {"started": 5}
    assert run.show(live(api), None)["title"] == "Run 5 · best · continues run 4"


def test_curves_are_redrawn_only_for_a_new_epoch(api: ApiClient) -> None:
    now = live(api)
    *_, drawn = run.draw(now, None, "light", None)
    assert run.draw(now, None, "light", drawn) == (run.no_update,) * 3
    assert run.draw(now, None, "dark", drawn)[2] != drawn


def test_without_any_run_the_page_says_how_to_begin() -> None:
    shown = run.show({**poll.CONNECTING, "status": {"status": "ok"}}, None)
    assert (shown["body"], shown["empty"]) == ("hidden", "")


def test_recent_runs_are_listed_newest_first(api: ApiClient) -> None:
    shown = str(run_history.runs_table(api, FACTS))
    assert shown.index("Show run 3") < shown.index("Show run 1")
    assert "The trainer ended without a word" in shown


def test_an_earlier_run_is_shown_again_until_another_begins(fake: FakeApi, api: ApiClient) -> None:
    now = live(api)
    picked = run_history.picked_run(api, 1, now)
    assert (run_history.chosen(now, picked) or {})["run_id"] == 1
    fake.runs.train_s = 60
    fake.runs.start({})
    assert (run_history.chosen(live(api), picked) or {})["run_id"] == 4
    assert run_history.picked_run(api, 4, now) is None  # it goes on, and is shown anyway
    assert run_history.chosen({**now, "run": None}, picked) is None  # a task without runs
