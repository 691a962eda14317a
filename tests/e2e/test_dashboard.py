"""A newcomer's first minutes in the browser, against the real API and the real trainer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.instance import free_port
from tests.builders import photo
from tests.e2e.conftest import REPOSITORY, LiveInstance

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("e2e")]

COLOURS = {"green": (40, 190, 70), "violet": (150, 40, 200)}


@pytest.fixture(scope="module")
def dashboard(instance: LiveInstance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = tmp_path_factory.mktemp("dashboard") / "dashboard.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "dashboard.py", "--api-url", instance.url, "--port", str(port)], cwd=REPOSITORY,
            env=os.environ | {"LENSWRIGHT_HOME": str(instance.home)}, stdout=stream, stderr=stream,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield url
    process.terminate()
    assert process.wait(20) == 0, log.read_text()


@pytest.fixture
def page(chromium: Any, dashboard: str) -> Iterator[Any]:
    opened = chromium.new_page()
    opened.set_default_timeout(20_000)
    opened.set_viewport_size({"width": 1280, "height": 900})
    opened.goto(dashboard)
    yield opened
    opened.evaluate("localStorage.clear()")
    opened.close()


def files_of(name: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{name}-{seed}.jpg",
            "mimeType": "image/jpeg",
            "buffer": photo(COLOURS[name], width=90, seed=seed),
        }
        for seed in range(count)
    ]


def choose(page: Any, zone: str, files: list[dict[str, Any]]) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(zone)
    chooser.value.set_files(files)


def see(page: Any, text: str, timeout_ms: int = 20_000) -> None:
    page.get_by_text(text).first.wait_for(state="visible", timeout=timeout_ms)


def test_a_newcomer_classifies_uploads_trains_and_sees_the_new_model(
    instance: LiveInstance, page: Any, tmp_path: Path
) -> None:
    see(page, "Healthy")
    page.click("#nav-classify")  # the shipped model answers at once
    choose(page, "#classify-drop", files_of("green", 1))
    page.locator(".result.done").first.wait_for()

    page.click("#task-new")
    page.fill("#task-name", "Green or violet")
    page.click("#task-create")
    page.click("#nav-data")
    for number, name in enumerate(COLOURS, start=1):
        page.fill("#upload-label", name)
        choose(page, "#upload-drop", files_of(name, 20))
        see(page, f"{20 * number} photos")

    page.click("#nav-training")
    page.click("#train-start")
    page.locator("#run-state", has_text="completed").wait_for(timeout=150_000)
    version = instance.get("/models", task="green-or-violet")["champion"]
    see(page.locator("#champion"), version)

    page.click("#nav-classify")
    choose(page, "#classify-drop", files_of("violet", 1))
    see(page.locator(".result.done").first, "violet")
    page.click("#nav-models")
    see(page.locator("main"), version)
