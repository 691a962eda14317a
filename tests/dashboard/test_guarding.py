"""The dashboard asks nobody for a key: no page of another web site may use it."""

import base64
import hashlib
import re

import pytest
from flask.testing import FlaskClient

from lenswright.dashboard.app import create_dashboard
from lenswright.settings import load_settings
from tests.dashboard.fake_api import FakeApi

OWN = {"X-Requested-With": "lenswright"}


@pytest.fixture
def client(fake: FakeApi) -> FlaskClient:
    settings = load_settings(api_url=fake.url, allowed_hosts="photos.example", _env_file=None)
    return create_dashboard(settings).server.test_client()


def test_it_is_asked_under_its_own_names_only(client: FlaskClient) -> None:
    for path in ("/", "/_dash-layout", "/relay/thumbnail/1", "/assets/style.css"):
        refused = client.get(path, headers={"Host": "evil.example"})
        assert (refused.status_code, refused.json["code"]) == (421, "unexpected_host")
    for host in ("localhost:8050", "127.0.0.1", "photos.example"):
        assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_no_foreign_page_makes_it_do_anything(
    client: FlaskClient, fake: FakeApi, headers: dict[str, str]
) -> None:
    for path in ("/relay/upload", "/relay/predict", "/_dash-update-component"):
        refused = client.post(path, headers=OWN | headers)
        assert (refused.status_code, refused.json["code"]) == (403, "foreign_page")
    assert "POST /predict" not in fake.requests


def test_its_own_pages_upload_through_it(client: FlaskClient, fake: FakeApi) -> None:
    own = OWN | {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/relay/predict", data=b"photo", headers=own).status_code < 500
    assert "POST /predict" in fake.requests


def test_its_page_runs_no_inline_script_but_those_it_knows(client: FlaskClient) -> None:
    client.get("/")  # Dash adds a script of its own at the first request
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>", page.text, re.S)
    assert len(scripts) >= 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy


def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient) -> None:
    for path in ("/", "/_dash-layout", "/assets/style.css", "/relay/thumbnail/1", "/nothing"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert client.get("/_dash-layout").headers["Cache-Control"] == "no-store"
