"""The Training page in a real browser: presets, knobs, tuning, comparing, resuming."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import see
from tests.dashboard.fake_api import FakeApi

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Visit = Callable[..., Any]


def opened(visit: Visit, width: int = 1280) -> Any:
    page = visit("/training", width)
    page.get_by_text("for your 60 photos").first.wait_for(timeout=30_000)
    return page


def kind(page: Any, name: str) -> None:
    page.locator("label", has_text=name).first.click()


def test_best_is_chosen_a_knob_is_changed_and_only_that_is_sent(visit: Visit, fake: FakeApi) -> None:
    page = opened(visit)
    assert page.get_by_label("Fine tune epochs").count() == 0
    page.get_by_role("radio", name="Best").click()
    fold = page.locator("summary", has_text="Fine-tuning")
    fold.wait_for()
    fold.focus()
    page.keyboard.press("Enter")
    knob = page.get_by_label("Fine tune epochs")
    knob.fill("0")
    see(page, "Expected a whole number, 1\u00a0–\u00a0100.")
    page.locator("#train-start[disabled]").wait_for()
    knob.fill("3")
    see(page, "1 changed")
    page.locator("#train-start:not([disabled])").click()
    see(page, "Run 4 · best")
    assert fake.runs.all[-1]["wishes"] == {"task": "cats-vs-dogs", "preset": "best", "fine_tune_epochs": 3}


def test_no_knob_is_in_the_way_until_it_is_asked_for(visit: Visit) -> None:
    page = opened(visit)
    page.locator("summary", has_text="Head").wait_for()
    assert page.locator(".group input:visible").count() == 0


def test_changes_are_taken_back_together(visit: Visit) -> None:
    page = opened(visit)
    page.locator("summary", has_text="Head").click()
    page.get_by_label("Epochs").fill("7")
    page.get_by_label("Class weights").click(force=True)
    see(page, "2 changed")
    page.click("#knobs-reset")
    page.get_by_text("2 changed").wait_for(state="detached")
    assert page.get_by_label("Epochs").input_value() == "60"
    assert page.get_by_label("Class weights").is_checked()
    page.locator("#knobs-reset").wait_for(state="hidden")


def test_tuning_ends_in_a_table_and_in_a_run_with_the_best_settings(visit: Visit, fake: FakeApi) -> None:
    page = opened(visit, 400)
    kind(page, "Tune")
    page.get_by_label("Trials").fill("6")
    page.locator("#train-start", has_text="Start tuning").click()
    see(page, "6 settings tried")
    page.get_by_role("button", name="Accuracy").click()
    page.locator("th[aria-sort=descending]", has_text="Accuracy").wait_for()
    best = fake.runs.all[-1]["result"]["best"]
    page.click("#train-best")
    see(page, "Run 5 · fast")
    assert fake.runs.all[-1]["wishes"] == best
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_configurations_are_collected_compared_and_lead_to_a_report(visit: Visit, fake: FakeApi) -> None:
    page = opened(visit)
    kind(page, "Compare")
    page.click("#configuration-backbone")
    page.locator(".mantine-Select-option", has_text="VGG16").click()
    page.click("#configuration-add")
    page.get_by_role("button", name="Remove Best").click()
    page.get_by_role("button", name="Remove Best").wait_for(state="detached")
    page.click("#train-start")
    see(page, "2 configurations compared")
    asked = [{"preset": "fast"}, {"preset": "fast", "backbone": "vgg16"}]
    assert fake.runs.all[-1]["wishes"]["configurations"] == asked
    see(page, "Received: no file")
    page.locator("#run-result a").first.click()
    page.wait_for_url("**/models?version=*")


def test_a_failed_run_is_shown_again_and_resumed(visit: Visit, fake: FakeApi) -> None:
    page = opened(visit)
    page.get_by_role("button", name="Show run 2").click()
    see(page, "Resume continues from epoch 24 of 24")
    page.click("#run-resume-button")
    see(page, "continues run 2")
    assert fake.runs.all[-1]["wishes"] == {"resume_run": 2}


def test_what_the_api_refuses_is_said_at_its_field(visit: Visit, fake: FakeApi) -> None:
    page = opened(visit)
    fake.runs.refusal = "Expected 'seed' to be a whole number from 0 to 5. Received: 0."
    page.click("#train-start")
    see(page, fake.runs.refusal)
    page.locator("summary", has_text="1 to correct").click()
    see(page, "Expected a whole number from 0 to 5.")
