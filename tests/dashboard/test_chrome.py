import pytest

from lenswright.dashboard import chrome, poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.errors import ApiRefused
from tests.dashboard.fake_api import FakeApi


@pytest.fixture
def live(api: ApiClient) -> dict:
    return poll.take(api, None, "/", None, now=0.0)


def test_a_serving_model_is_healthy_and_named(live: dict) -> None:
    pill, kind, champion, banner, *_ = chrome.frame(live)
    assert (pill[1], kind, banner) == ("Healthy", "pill good", "banner hidden")
    assert champion[1].children == live["status"]["model"]["version"]


def test_a_model_with_a_problem_is_not_healthy(live: dict) -> None:
    live["status"]["model_problem"] = "model.onnx does not match its checksum"
    assert chrome.health(live) == ("warning", "Model problem")


def test_before_the_first_answer_it_is_connecting() -> None:
    assert chrome.health(poll.CONNECTING) == ("calm", "Connecting")


def test_an_api_away_greys_the_page_and_says_why(live: dict) -> None:
    away = {**live, "state": "away", "reason": "No API answers at http://127.0.0.1:1."}
    pill, kind, _, banner, reason, hint, main, _, title, start = chrome.frame(away)
    assert (pill[1], kind, banner, main) == ("API away", "pill bad", "banner", "main stale")
    assert (title, start) == ("The API is away.", "")
    assert "127.0.0.1:1" in reason
    assert "grey" in hint


def test_an_api_that_lets_us_do_nothing_says_so_and_what_to_do(fake: FakeApi) -> None:
    fake.key = "lw_1_right"
    denied = poll.take(ApiClient(fake.url, key="lw_1_wrong"), None, "/", None, now=0.0)
    pill, kind, _, banner, reason, hint, _, _, title, start = chrome.frame(denied)
    assert (pill[1], kind, banner) == ("No access", "pill bad", "banner")
    assert title == "The API lets the dashboard do nothing."
    assert "valid API key" in reason
    assert "LENSWRIGHT_API_KEY" in hint
    assert start == "hidden"


def test_a_new_task_is_among_the_choices(live: dict) -> None:
    choices, placeholder = chrome.task_choices(live, "ripe-or-not")
    assert choices == ["cats-vs-dogs", "dog-breeds", "ripe-or-not"]
    assert placeholder == "cats-vs-dogs"


def test_a_task_name_becomes_a_slug() -> None:
    assert chrome.slug("  Ripe or not? ") == "ripe-or-not"


def test_a_run_that_ended_is_announced_once(fake: FakeApi, api: ApiClient) -> None:
    run = fake.runs.start({})
    run["at"] -= 1
    facts = {"reachable": True, "run_id": None}
    told, seen = chrome.announce(api, facts, {"run_id": run["run_id"]})
    assert told[0]["title"] == "Run 4 completed"
    assert told[0]["message"].startswith("Promoted")
    assert chrome.announce(api, facts, seen)[0] is chrome.no_update


def test_a_failure_stays_until_it_is_closed() -> None:
    assert chrome.notification("Run 1 failed", "out of memory", "failed")["autoClose"] is False


def test_titles_tell_refusals_from_defects() -> None:
    refused = ApiRefused("No.", status=409, code="conflict")
    assert chrome.problem_title(refused) == "That did not work"
    too_low = ApiRefused("Expected a key of role admin.", status=403, code="role_too_low")
    assert chrome.problem_title(too_low) == "The dashboard may not do that"
    assert chrome.problem_title(KeyError("x")) == "The dashboard itself failed"
