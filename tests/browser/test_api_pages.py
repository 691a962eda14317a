"""The API's own pages in a real browser, under the policy that they are sent with."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from lenswright.settings import Settings
from lenswright.web.app import create_app
from lenswright.web.services import build_services
from tests.browser.conftest import see

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def api(tmp_path: Any, database_url: str) -> Iterator[str]:
    services = build_services(Settings(home=tmp_path, database_url=database_url, _env_file=None))  # type: ignore[call-arg]
    server = make_server("127.0.0.1", 0, create_app(services.settings, services), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    services.close()


@pytest.fixture
def page(chromium: Any, api: str) -> Iterator[Any]:
    """A page that must not complain, of its policy above all."""
    page, complaints = chromium.new_page(), []
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    yield page
    page.close()
    assert complaints == []


def test_the_start_page_and_the_interface_obey_their_policy(page: Any, api: str) -> None:
    assert "script-src 'self'" in page.goto(api).headers["content-security-policy"]
    see(page, "Try it in the browser")
    page.click("text=Try it in the browser")
    see(page, "Classify one photo")
    page.evaluate("document.fonts.ready")


def test_a_call_is_tried_from_the_interface(page: Any, api: str) -> None:
    page.goto(f"{api}/docs")
    page.click("text=Whether the process runs")
    page.click("text=Execute")
    see(page, '"ok"')
