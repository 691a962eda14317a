"""What the card about drift says, and when it says nothing."""

from typing import Any

import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import drift
from lenswright.web.schemas.drift import DriftAnswer
from tests.dashboard.fake_api import FakeApi


def live_of(**condition: Any) -> dict[str, Any]:
    fake = FakeApi(**condition).start()
    live = poll.take(ApiClient(fake.url), None, "/", None, now=0.0)
    fake.stop()
    DriftAnswer.model_validate(live["status"]["drift"])  # as the real one
    return live


def test_a_shift_is_told_in_words_with_what_to_do() -> None:
    verdict, lines, card = drift.said(live_of())
    assert (verdict.children, verdict.className, card) == ("Somewhat different", "pill small warning", "card")
    words = [line.children for line in lines]
    assert words[0].startswith("Recent photos look somewhat different from what the model was tested on")
    assert "label them and train again" in words[2]
    assert words[3].startswith("2,000 answers since ")
    assert words[3].endswith(
        "against 320 validation photos: confidence PSI 0.13 (limit 0.10), distance KS 0.06 (limit 0.10)."
    )


def test_with_too_few_photos_there_is_a_sentence_and_no_figure() -> None:
    live = live_of(traffic=False)
    verdict, lines, card = drift.said(live)
    assert (verdict.children, len(lines), card) == ("Too few to tell", 1, "card")
    assert drift.charts(live, None)[2] == "hidden"


@pytest.mark.parametrize("status", [None, {}, {"drift": {"verdict": "no_model"}}])
def test_without_a_model_or_an_answer_there_is_no_card(status: Any) -> None:
    assert drift.said({"status": status})[2] == "card hidden"
    assert drift.charts({"status": status}, None)[2] == "hidden"


def test_figures_are_drawn_where_something_was_compared() -> None:
    classes, confidence, place = drift.charts(live_of(), "dark")
    assert (len(classes.data), len(confidence.data), place) == (2, 2, "grid two")
