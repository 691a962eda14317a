"""Every page as a picture: `python -m tests.browser.screenshots FOLDER [--url URL]`.

Without a URL it shows made-up data in three conditions: `full` (two classes), `large` (120 classes,
10,000 photos) and `empty`; with one, the dashboard that listens there. Each page is taken at 1280 and
400 px, light and dark.
"""

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from lenswright.dashboard.app import create_dashboard
from lenswright.dashboard.pages import data
from lenswright.dashboard.shell import PAGES
from lenswright.settings import load_settings
from tests.conftest import CHROMIUM, FLAGS
from tests.dashboard import fake_data as made
from tests.dashboard.fake_api import FakeApi

CONDITIONS: dict[str, dict[str, Any]] = {
    "full": {"train_s": 6, "instances": 3},
    "large": {"classes": 120, "photos": 10_000, "train_s": 6},
    "empty": {"photos": 0, "model": False, "traffic": False},
}
PLACES = [
    *((name, path) for name, _, path in PAGES),
    *((f"data-{tab}", data.address(tab)) for tab in data.TABS if tab != "overview"),
]
SETTLE_MS = 3000  # the first poll and the charts


def made_up() -> Iterator[tuple[str, str]]:
    """Yield (condition, address) of a dashboard over a fake API for each condition."""
    for name, condition in CONDITIONS.items():
        api = FakeApi(**condition).start()
        app = create_dashboard(load_settings(api_url=api.url))
        server = make_server("127.0.0.1", 0, app.server, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield name, f"http://127.0.0.1:{server.server_port}"


def take(browser: Any, address: str, folder: Path, condition: str) -> None:
    """Take every page of one dashboard."""
    for width in (1280, 400):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme)
            page = context.new_page()
            for name, path in PLACES:
                page.goto(address + path)
                page.wait_for_timeout(SETTLE_MS)
                if name == "classify" and condition != "empty":
                    classify(page)
                page.screenshot(path=folder / f"{condition}-{name}-{width}-{scheme}.png", full_page=True)
                if name == "training" and condition != "real":
                    for state in training(page):
                        path = folder / f"{condition}-training-{state}-{width}-{scheme}.png"
                        page.screenshot(path=path, full_page=True)
            context.close()


def training(page: Any) -> Iterator[str]:
    """Bring the form and the run into each of their states; yield its name when it is there."""
    page.get_by_role("radio", name="Best").click()
    page.wait_for_timeout(500)
    for fold in page.locator(".group:visible summary").all():
        fold.click()
    page.get_by_label("Fine tune epochs").fill("0")
    yield from _settled(page, "knobs")
    page.click("#knobs-reset")
    for kind in ("Compare", "Tune"):
        page.locator("label", has_text=kind).first.click()
        yield from _settled(page, kind.lower())
        if page.locator("#train-start:not([disabled])").count():
            page.click("#train-start")
            yield from _settled(page, f"{kind.lower()}-running")
            page.locator("#run-result table").wait_for()
            yield from _settled(page, f"{kind.lower()}-done")
    if page.get_by_role("button", name="Show run 2").count():
        page.get_by_role("button", name="Show run 2").click()
        yield from _settled(page, "failed")


def _settled(page: Any, state: str) -> Iterator[str]:
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE_MS)
    yield state


def classify(page: Any) -> None:
    """Classify a few made-up photos, so that there are answers to see."""
    files = [{"name": f"{i}.jpg", "mimeType": "image/jpeg", "buffer": made.photo_jpeg(i)} for i in range(4)]
    with page.expect_file_chooser() as chooser:
        page.click("#classify-drop")
    chooser.value.set_files(files)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE_MS)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", help="a dashboard that runs already")
    wishes = parser.parse_args()
    wishes.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for condition, address in [("real", wishes.url)] if wishes.url else made_up():
            take(browser, address, wishes.folder, condition)
        browser.close()


if __name__ == "__main__":
    main()
