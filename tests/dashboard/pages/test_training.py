import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import run, training
from lenswright.errors import ApiRefused
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs", "run_id": None}
ENOUGH = {"splits": {"train": 20, "validation": 2, "test": 2}, "labelled": 24}
VALUES = ("fast", "auto", "auto", 60, 1, 45)


def classes(**totals: int) -> list[dict]:
    return [{"label": label, "total": total} for label, total in totals.items()]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({**ENOUGH, "classes": []}, "so far there are none"),
        ({**ENOUGH, "classes": classes(cat=12)}, "only cat"),
        ({**ENOUGH, "classes": classes(cat=12, dog=3)}, "dog (3)"),
        ({"classes": classes(cat=12, dog=12), "splits": {"train": 24}}, "validation and test"),
    ],
)
def test_preflight_names_what_is_missing(found: dict, words: str) -> None:
    assert words in " ".join(training.obstacles(found))


def test_start_is_off_until_the_photos_suffice() -> None:
    found = {**ENOUGH, "classes": classes(cat=12, dog=12)}
    assert training.preflight(found, FACTS)[:2] == (None, False)
    words, off, _ = training.preflight({**found, "classes": classes(cat=12)}, FACTS)
    assert off
    assert "Add photos" in str(words)
    assert training.preflight(found, {**FACTS, "run_id": 7})[1]
    assert training.preflight(found, {**FACTS, "reachable": False})[1]


def test_minutes_are_asked_for_from_scratch_only() -> None:
    assert "minutes" not in training.wishes("t", VALUES)
    assert training.wishes("t", ("scratch", *VALUES[1:]))["minutes"] == 45
    assert training.wishes(None, ("fast", "auto", "auto", "", 1, None)) == {
        **{"preset": "fast", "backbone": "auto", "weights": "auto", "views": 1}
    }


def test_start_sends_the_choices_and_a_second_start_is_refused(fake: FakeApi, api: ApiClient) -> None:
    fake.runs.train_s = 60
    assert training.start(api, 1, FACTS, *VALUES) == {"started": 4}
    assert fake.runs.all[-1]["wishes"]["epochs"] == 60
    with pytest.raises(ApiRefused, match="in progress"):
        training.start(api, 2, FACTS, *VALUES)


def test_a_running_run_shows_phase_progress_and_stop(fake: FakeApi, api: ApiClient) -> None:
    fake.runs.train_s = 60
    fake.runs.start({})["at"] -= 30
    live = poll.take(api, None, "/training", None, now=0)
    _, _, title, _, phase, share, value, epoch, _, left, _, verdict, log, stop = run.show(live)
    assert (title, phase, share, epoch, stop) == ("Run 4 · fast", "Learning", "50\u202f%", "12 / 24", "")
    assert value == pytest.approx(50, abs=2)
    assert left.endswith("s")
    assert verdict is None
    assert log.startswith("12:00:11 epoch 12")


def test_a_finished_run_shows_its_verdict_in_words(api: ApiClient) -> None:
    live = poll.take(api, None, "/training", None, now=0)
    assert "right on 463 of 480" in str(run.verdict(live["run"]))
    assert run.show(live)[0] == "ended"


def test_a_failed_run_shows_its_error() -> None:
    assert "exit code -9" in str(run.verdict({"state": "failed", "error": "exit code -9", "verdict": None}))


def test_curves_are_redrawn_only_for_a_new_epoch(api: ApiClient) -> None:
    live = poll.take(api, None, "/training", None, now=0)
    *_, drawn = run.draw(live, "light", None)
    assert run.draw(live, "light", drawn) == (run.no_update,) * 3
    assert run.draw(live, "dark", drawn)[2] != drawn


def test_without_any_run_the_page_says_how_to_begin() -> None:
    live = {**poll.CONNECTING, "status": {"status": "ok"}}
    assert run.show(live)[:2] == ("hidden", "")


def test_recent_runs_are_listed_newest_first(api: ApiClient) -> None:
    shown = str(run.runs_table(api, FACTS))
    assert shown.index("Td('3'") < shown.index("Td('1'")
    assert "The trainer ended without a word" in shown
