"""What tests of several folders use: a real database, a stand-in API, one headless Chromium for a session."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lenswright.storage.database import Database, open_database
from tests.dashboard.fake_api import FakeApi
from tests.databases import VARIABLE, Databases, database_server

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        mark = item.get_closest_marker("sqlite_only")
        if mark and os.environ.get(VARIABLE):
            item.add_marker(pytest.mark.skip(reason=f"of SQLite alone: {mark.args[0]}"))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    server = database_server(tmp_path_factory.mktemp("databases"))
    yield server
    server.close()


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with empty tables: SQLite, or what LENSWRIGHT_TEST_DATABASE_URL names."""
    with databases.migrated(tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def fake() -> Iterator[FakeApi]:
    """A stand-in API that really listens, for what is a client of it."""
    api = FakeApi(photos=60, train_s=0.4).start()
    yield api
    api.stop()
