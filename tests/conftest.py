"""What tests of several folders use: a real database, a stand-in API, one headless Chromium for a session."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lenswright.storage.database import Database, open_database
from tests.dashboard.fake_api import FakeApi

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_context()  # one for all tests: its cache spares each the 5 MB of Plotly
        browser.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'data' / 'lenswright.db'}")
    yield opened
    opened.close()


@pytest.fixture
def fake() -> Iterator[FakeApi]:
    """A stand-in API that really listens, for what is a client of it."""
    api = FakeApi(photos=60, train_s=0.4).start()
    yield api
    api.stop()
