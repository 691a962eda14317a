import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.relay import relay
from tests.dashboard import fake_data as made
from tests.dashboard.fake_api import FakeApi

OWN = {"X-Requested-With": "lenswright"}


@pytest.fixture
def browser(fake: FakeApi) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(relay(ApiClient(fake.url)))
    return app.test_client()


def form(name: str, content: bytes) -> dict[str, object]:
    return {"label": "parrot", name: (io.BytesIO(content), "parrot.jpg")}


def test_an_upload_passes_through_with_its_results(browser: FlaskClient, fake: FakeApi) -> None:
    answer = browser.post("/relay/upload", data=form("files[]", made.photo_jpeg(1)), headers=OWN)
    assert (answer.status_code, answer.json["stored"]) == (201, 1)
    assert fake.photos[-1]["label"] == "parrot"


def test_a_refused_photo_keeps_status_and_detail(browser: FlaskClient) -> None:
    answer = browser.post("/relay/predict", data=form("image", b"no photo"), headers=OWN)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")
    assert "Received: bytes of another kind" in answer.json["detail"]


def test_other_web_sites_cannot_post(browser: FlaskClient, fake: FakeApi) -> None:
    answer = browser.post("/relay/upload", data=form("files[]", made.photo_jpeg(1)))
    assert (answer.status_code, answer.json["code"]) == (403, "foreign_request")
    assert fake.requests == []


def test_thumbnails_and_files_keep_their_headers(browser: FlaskClient, fake: FakeApi) -> None:
    thumbnail = browser.get("/relay/thumbnail/3")
    assert thumbnail.headers["ETag"] == '"3"'
    assert "immutable" in thumbnail.headers["Cache-Control"]
    card = browser.get(f"/relay/models/{fake.models.champion}/files/MODEL_CARD.md")
    assert "attachment" in card.headers["Content-Disposition"]


def test_without_an_api_the_answer_is_503(browser: FlaskClient, fake: FakeApi) -> None:
    fake.stop()
    answer = browser.post("/relay/predict", data=form("image", made.photo_jpeg(1)), headers=OWN)
    assert (answer.status_code, answer.json["code"]) == (503, "api_away")


def test_an_export_passes_through_as_a_download(browser: FlaskClient, fake: FakeApi) -> None:
    answer = browser.get("/relay/export?task=cats-vs-dogs")
    assert answer.content_type == "application/zip"
    assert "cats-vs-dogs.zip" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"PK")
    assert fake.requests == ["GET /dataset/export"]
