"""A real headless Chromium before a real dashboard; every page is watched for errors and foreign requests."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from benchmarks.instance import free_port
from lenswright.dashboard import shell
from lenswright.dashboard.app import create_dashboard
from lenswright.settings import load_settings
from tests.dashboard.fake_api import FakeApi

OWN = ("http://127.0.0.1", "data:", "blob:")
EXPECTED = ("Failed to load resource",)  # what Chromium says of a 4xx or 5xx that a test means to provoke


@pytest.fixture(scope="session")
def api_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def dashboard(api_port: int) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell, "INTERVAL_MS", 1000)  # tests need not wait as people do
        app = create_dashboard(load_settings(api_url=f"http://127.0.0.1:{api_port}"))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def fake(api_port: int) -> Iterator[FakeApi]:
    api = FakeApi(photos=60, train_s=1.5)
    api.port = api_port
    yield api.start()
    api.stop()


@pytest.fixture
def visit(chromium: Any, dashboard: str, fake: FakeApi) -> Iterator[Callable[..., Any]]:
    """Return `visit(path, width=1280, scheme="light")`, which opens a page; it must stay clean to the end."""
    assert fake.port, "the API listens before the first page is opened"
    pages: list[Any] = []
    complaints: list[str] = []

    def complain(line: Any) -> None:
        if line.type == "error" and not line.text.startswith(EXPECTED):
            complaints.append(f"console: {line.text}")

    def open_page(path: str, width: int = 1280, scheme: str = "light") -> Any:
        page = chromium.new_page()
        pages.append(page)
        page.set_default_timeout(15_000)
        page.set_viewport_size({"width": width, "height": 850})
        page.emulate_media(color_scheme=scheme)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", complain)
        page.on("request", lambda sent: sent.url.startswith(OWN) or complaints.append(f"left: {sent.url}"))
        page.goto(dashboard + path)
        return page

    yield open_page
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert complaints == []


def see(page: Any, text: str) -> None:
    """Wait until `text` is on the page."""
    page.get_by_text(text).first.wait_for(state="visible")
