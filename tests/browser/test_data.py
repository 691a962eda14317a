"""The Data page in a real browser: select, relabel, delete, take back, decide by keys, read a report."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import see
from tests.browser.test_dashboard import TEXT, choose, photo
from tests.dashboard.fake_api import FakeApi

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Visit = Callable[..., Any]
TABS = {
    "overview": "Drop photos",
    "photos": "1 – 48 of 60",
    "work": "labels to check",
    "review": "14 left",
    "advice": "Brightness",
    "history": "Data sets of earlier runs",
    "exchange": "Build the task",
}
IN_SIGHT = "width => document.querySelector('.subtab.shown').getBoundingClientRect().right <= width"


def photos(page: Any) -> Any:
    tiles = page.locator("#gallery [data-photo]")
    tiles.first.wait_for()
    return tiles


def labels(fake: FakeApi, *numbers: int) -> list[str | None]:
    return [fake.photos[number - 1]["label"] for number in numbers]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_every_tab_is_reached_by_its_link_and_nothing_is_cut_off(
    visit: Visit, width: int, scheme: str
) -> None:
    page = visit("/data", width, scheme)
    for name, words in TABS.items():
        page.locator(f"#tab-{name}-note").locator("xpath=..").click()
        see(page.locator("main"), words)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.wait_for_function(IN_SIGHT, arg=width)


def test_only_the_shown_tab_asks_the_api(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=history")
    see(page, "Train on it again")
    asked = {line for line in fake.requests if "/dataset" in line}
    assert asked == {"GET /dataset", "GET /dataset/edits", "GET /dataset/snapshots"}


def test_photos_are_relabelled_together_and_taken_back(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=photos")
    before = labels(fake, 2, 3, 4, 5)
    photos(page).nth(1).click()
    photos(page).nth(4).click(modifiers=["Shift"])
    see(page, "4 selected")
    page.fill("#bulk-class", "parrot")
    page.click("#bulk-label")
    see(page, "4 photos are now “parrot”.")
    assert labels(fake, 2, 3, 4, 5) == ["parrot"] * 4
    page.locator("#gallery .tile-label", has_text="parrot").nth(3).wait_for()
    page.locator("#bulk").wait_for(state="hidden")
    page.click("#toast-button")
    see(page, "Taken back for 4 photos.")
    assert labels(fake, 2, 3, 4, 5) == before


def test_photos_are_deleted_by_keys_and_restored_from_the_bin(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=photos")
    photos(page).nth(0).focus()
    for key in ("Space", "ArrowRight", "Space", "Delete"):
        page.keyboard.press(key)
    see(page, "2 photos are now in the bin.")
    see(page, "1 – 48 of 58")
    page.locator("#gallery-where label", has_text="Bin").click()
    see(page, "1 – 2 of 2")
    photos(page).first.focus()
    page.keyboard.press("a")
    see(page, "2 selected")
    page.click("#bulk-restore")
    see(page, "2 photos are now back.")
    see(page, "The bin is empty")
    assert [p["deleted_at"] for p in fake.photos[:2]] == [None, None]


def test_a_photo_is_looked_at_and_forgotten_in_two_steps(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=photos")
    photos(page).nth(2).focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    see(drawer, "Models that saw it")
    page.locator("#forget summary").click()
    see(drawer, "This cannot be undone")
    assert page.locator("#forget-yes").is_disabled()
    page.fill("#forget-word", "forget")
    page.locator("#forget-yes:not([disabled])").click()
    see(page, "1 photo is now forgotten for good.")
    drawer.wait_for(state="hidden")
    assert fake.photos[2]["forgotten"]


def test_doubtful_labels_are_decided_by_keys(visit: Visit, fake: FakeApi) -> None:
    first, second, third = fake.checks.suggestions()[:3]
    page = visit("/data?tab=work")
    see(page, "9 labels to check")
    page.keyboard.press("1")
    see(page, "8 labels to check")
    page.keyboard.press("2")
    see(page, "7 labels to check")
    page.keyboard.press("3")
    see(page, "6 labels to check")
    assert first["photo"]["label"] == first["suggested"]
    assert second["photo"]["confirmed"]
    assert third["photo"]["deleted_at"]
    page.keyboard.press("Control+z")
    see(page, "7 labels to check")
    assert third["photo"]["deleted_at"] is None


def test_the_review_is_done_by_keys_alone(visit: Visit, fake: FakeApi) -> None:
    first, second, third, fourth = fake.checks.queue()[:4]
    page = visit("/data?tab=review")
    for key, left, item in (("2", 13, first), ("c", 12, second), ("d", 11, third), ("s", 10, fourth)):
        page.locator(f'.review-picture[alt$="{item["photo"]["filename"]}"]').wait_for()
        page.keyboard.press(key)
        see(page, f"{left} left")
    assert first["photo"]["label"] == "dog"
    assert second["photo"]["confirmed"]
    assert third["photo"]["deleted_at"]
    assert str(fourth["id"]) not in fake.checks.decided


def test_an_upload_leads_to_its_report_and_can_be_taken_back(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data")
    see(page, "60 photos")
    page.fill("#upload-label", "parrot")
    page.fill("#upload-source", "zoo")
    choose(page, "#upload-drop", photo(800), photo(801), TEXT)
    page.get_by_text("Report of this batch").click()
    see(page, "source zoo")
    see(page, "Received: bytes of another kind.")
    assert page.locator("#entries tbody tr").count() == 3
    page.get_by_role("button", name="Undo all of it").click()
    see(page, "Taken back for 2 photos.")
    assert all(p["deleted_at"] for p in fake.photos[-2:])


def test_a_check_is_started_and_followed(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=work")
    see(page, "Last made 2")
    page.get_by_role("button", name="Check the data").click()
    see(page, "Run 4 looks at every photo.")
    see(page, "Checking")
    see(page, "Last made just now")


def test_an_api_that_went_away_is_said_and_nothing_breaks(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data?tab=photos")
    photos(page).nth(0).click()
    fake.stop()
    page.click("#bulk-delete")
    see(page, "No API answers")
    fake.start()
    page.locator("#banner").wait_for(state="hidden")
    page.click("#bulk-delete")
    see(page, "1 photo is now in the bin.")
