"""What a user does, in a real browser, against the stand-in API."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import see
from tests.dashboard import fake_data as made
from tests.dashboard.fake_api import FakeApi

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Visit = Callable[..., Any]
PAGES = {
    "Overview": "Healthy",
    "Classify": "Drop photos",
    "Data": "60 photos",
    "Training": "Run 3",
    "Models": "Roll back",
}


def photo(seed: int, name: str | None = None) -> dict[str, Any]:
    return {"name": name or f"photo {seed}.jpg", "mimeType": "image/jpeg", "buffer": made.photo_jpeg(seed)}


TEXT = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo"}


def choose(page: Any, zone: str, *files: dict[str, Any]) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(zone)
    chooser.value.set_files(list(files))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_every_page_is_reached_and_nothing_is_cut_off(visit: Visit, width: int, scheme: str) -> None:
    page = visit("/", width, scheme)
    for name, words in PAGES.items():
        if width < 768:
            page.click("#burger")
        page.click(f"#nav-{name.lower()}")
        page.locator("h1", has_text=name).wait_for()
        see(page.locator("main"), words)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#health").is_visible()


def test_photos_are_classified_and_a_bad_one_says_why(visit: Visit) -> None:
    page = visit("/classify")
    see(page, "Answered by")
    choose(page, "#classify-drop", photo(1), photo(2), TEXT)
    see(page, "Received: bytes of another kind.")
    page.locator(".result.done").nth(1).wait_for()
    card = page.locator(".result.done").first
    assert "%" in card.locator(".result-confidence").inner_text()
    assert card.locator("img").evaluate("image => image.naturalWidth") > 0
    page.click("#nav-data")
    page.click("#nav-classify")
    page.locator(".result").nth(2).wait_for()  # results survive a change of page
    page.click("#classify-clear")
    page.locator(".result").first.wait_for(state="detached")


def test_what_it_looked_at_is_shown_and_hidden_by_keyboard(visit: Visit, fake: FakeApi) -> None:
    page = visit("/classify")
    see(page, "Answered by")
    choose(page, "#classify-drop", photo(1))
    page.locator(".result.done").wait_for()
    own = page.locator(".result-photo img").get_attribute("src")
    page.locator("#classify-explain").focus()
    page.keyboard.press("Space")  # also for what was answered before
    see(page, "spoke for cat")
    picture = page.locator(".result-photo img")
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") == 160
    assert picture.get_attribute("src") != own
    choose(page, "#classify-drop", photo(2))
    page.get_by_text("spoke for cat").nth(1).wait_for()
    assert fake.requests.count("POST /predict") == 3
    page.locator("#classify-explain").focus()
    page.keyboard.press("Space")
    page.get_by_text("spoke for cat").first.wait_for(state="detached")
    assert page.locator(".result-photo img").last.get_attribute("src") == own


DROP = """bytes => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", {type: "image/jpeg"}));
    document.querySelector("h1").dispatchEvent(
        new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def test_a_photo_may_be_dropped_anywhere_on_the_page(visit: Visit) -> None:
    page = visit("/classify")
    see(page, "Answered by")
    page.evaluate(DROP, list(made.photo_jpeg(9)))
    page.locator(".result.done").wait_for()
    see(page, "dropped.jpg")


def test_the_drop_zone_is_reached_and_pressed_by_keyboard(visit: Visit) -> None:
    page = visit("/classify")
    see(page, "Answered by")
    page.locator("#classify-drop").focus()
    with page.expect_file_chooser() as chooser:
        page.wait_for_timeout(300)  # Playwright takes a moment before it catches the chooser
        page.keyboard.press("Enter")
    chooser.value.set_files([photo(3)])
    page.locator(".result.done").wait_for()


def test_an_upload_shows_what_became_of_each_file(visit: Visit, fake: FakeApi) -> None:
    page = visit("/data")
    see(page, "60 photos")
    page.fill("#upload-label", "parrot")
    choose(page, "#upload-drop", *[photo(500 + i % 25) for i in range(27)], TEXT)
    see(page, "28 files sent")
    assert page.locator(".count").all_inner_texts() == ["25 stored", "2 already there", "1 refused"]
    see(page, "Expected JPEG, PNG")
    see(page, "85 photos")  # the counts follow by themselves
    assert {p["label"] for p in fake.photos[-25:]} == {"parrot"}
    page.get_by_role("link", name="Photos", exact=True).click()
    page.click("#gallery-label")
    page.locator(".mantine-Select-option", has_text="parrot").click()
    see(page, "1 – 25 of 25")


def test_a_run_is_started_watched_and_announced(visit: Visit) -> None:
    page = visit("/training")
    see(page, "Run 3")
    page.click("#train-start")
    see(page, "Run 4 · fast")
    page.locator("#run-state", has_text="completed").wait_for()
    see(page, "Run 4 completed")
    see(page.locator("#champion"), "20261121-120000-0004")


def test_a_version_is_promoted_after_a_confirmation(visit: Visit, fake: FakeApi) -> None:
    page = visit("/models")
    before, other = fake.models.champion, "20261120-184210-77c0"
    page.get_by_role("button", name=f"Show {other}").click()
    page.click("#promote")
    see(page.get_by_role("dialog"), "recall of 'dog' fell")
    page.click("#confirm-yes")
    see(page, "Say why")
    assert fake.models.champion == before
    page.fill("#confirm-reason", "our photos changed")
    page.click("#confirm-yes")
    see(page.locator("#champion"), other)
    see(page.locator("#history"), "overridden: our photos changed")
    see(page, f"{other} answers cats-vs-dogs now.")


def test_an_api_that_goes_away_is_said_and_comes_back_by_itself(visit: Visit, fake: FakeApi) -> None:
    page = visit("/")
    see(page, "Healthy")
    fake.stop()
    see(page, "The API is away.")
    assert "stale" in page.locator("#main").get_attribute("class")
    assert page.locator("#answered-value").inner_text() == "11,145"  # the last value stays
    fake.start()
    page.locator("#banner").wait_for(state="hidden")
    see(page, "Healthy")


def test_the_dashboard_waits_for_an_api_that_is_not_there_yet(visit: Visit, fake: FakeApi) -> None:
    fake.stop()
    page = visit("/data")
    see(page, "python app.py --port")
    fake.start()
    see(page, "60 photos")


def test_a_new_task_begins_empty_and_is_remembered(visit: Visit) -> None:
    page = visit("/")
    see(page, "Healthy")
    page.click("#task-new")
    page.fill("#task-name", "Ripe or not?")
    page.click("#task-create")
    see(page, "Three steps to your own model")
    page.reload()
    see(page.locator("#overview-lead"), "ripe-or-not")


TICK_COLOUR = """colour => {
    const tick = document.querySelector("#latency .ytick text");
    return tick && getComputedStyle(tick).fill === colour;
}"""


def test_charts_follow_the_colour_scheme(visit: Visit) -> None:
    page = visit("/", scheme="dark")
    page.wait_for_function(TICK_COLOUR, arg="rgb(155, 156, 168)")
    page.click("#scheme-toggle")
    page.wait_for_function(TICK_COLOUR, arg="rgb(98, 98, 109)")


def test_a_hidden_tab_asks_less(visit: Visit, fake: FakeApi) -> None:
    page = visit("/")
    see(page, "Healthy")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    asked = fake.requests.count("GET /status")
    page.wait_for_timeout(2500)
    assert fake.requests.count("GET /status") == asked


def test_a_refresh_moves_nothing(visit: Visit) -> None:
    page = visit("/")
    see(page, "Healthy")
    page.locator("#latency .ytick").first.wait_for()
    page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {"
        " window.shift += entry.value; })).observe({type: 'layout-shift'}); }"
    )
    page.wait_for_timeout(2500)
    assert page.evaluate("window.shift") < 0.01
