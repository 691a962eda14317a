"""The question before a promotion, the reason against the gate, and the history."""

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import model_report, promotion
from tests.dashboard.fake_api import FakeApi


@pytest.fixture
def refused(listed: dict) -> str:
    """The version that the gate refused."""
    return next(m["version"] for m in listed["models"] if m["verdict"] and not m["verdict"]["promote"])


def test_a_version_that_passed_is_promoted_without_a_reason(
    api: ApiClient, listed: dict, fake: FakeApi
) -> None:
    opened, title, _, button, pending, reason, *_ = promotion.question(listed, listed["champion"])
    assert (opened, title, button, reason) == (True, "Promote this version?", "Promote", "hidden")
    assert promotion.act(api, 1, pending, None)[0] is False
    assert not fake.models.changes[0]["overridden"]


def test_one_that_was_refused_shows_what_the_gate_said_and_asks_why(listed: dict, refused: str) -> None:
    _, title, words, button, pending, *reason = promotion.question(listed, refused)
    assert (title, button) == ("Promote against the gate?", "Promote anyway")
    assert reason == ["", "", None]  # shown, empty, without an error
    assert "recall of 'dog' fell" in str(words)
    assert pending["override"]


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_without_a_reason_nothing_is_promoted_against_the_gate(
    api: ApiClient, listed: dict, refused: str, fake: FakeApi, nothing: str | None
) -> None:
    pending = promotion.question(listed, refused)[4]
    assert "Say why" in promotion.act(api, 1, pending, nothing)[3]
    assert fake.models.champion == listed["champion"]


def test_the_reason_goes_into_the_history(api: ApiClient, listed: dict, refused: str) -> None:
    pending = promotion.question(listed, refused)[4]
    opened, told, wake, error = promotion.act(api, 1, pending, " our photos changed ")
    assert (opened, wake, error) == (False, {"champion": refused}, None)
    assert refused in told[0]["message"]
    rows, name = promotion.history(model_report.fetch(api, listed, refused))
    assert name == ""
    assert "overridden: our photos changed" in str(rows)
    assert "The first model found." in str(rows)


def test_without_a_version_there_is_no_history() -> None:
    assert promotion.history(None)[1] == "hidden"


def test_a_roll_back_names_the_version_that_comes_back() -> None:
    promoted = {"version": "b", "previous": "a", "reason": "better light"}
    assert promotion.champion_before([promoted], "b") == "a"
    assert promotion.champion_before([{**promoted, "reason": "Rolled back from c."}], "b") is None
    assert promotion.champion_before([], "b") is None


def test_a_roll_back_closes_the_window_and_tells(api: ApiClient, listed: dict) -> None:
    opened, told, wake, _ = promotion.act(api, 1, {"act": "rollback", "task": None}, None)
    assert opened is False
    assert wake == {"champion": listed["models"][-1]["version"]}
    assert listed["models"][-1]["version"] in told[0]["message"]
