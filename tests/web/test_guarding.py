"""What a page of another web site cannot do with the browser of whoever runs the service."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.models import photo_of
from tests.web.answers import file, problem
from tests.web.conftest import Begin, client_of

FRIEND, EVIL = "https://friend.example", "https://evil.example"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CHANGES = ["/predict", "/predict/batch", "/upload-data", "/train", "/models/rollback", "/feedback", "/keys"]


@pytest.fixture
def friendly(begin: Begin, with_model: None) -> FlaskClient:
    return client_of(begin(cors_origins=f"{FRIEND}, http://127.0.0.1:3000"))


def predict(client: FlaskClient, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/predict", data={"image": file(photo_of(0))}, headers=named)


def test_nothing_is_told_under_a_name_that_is_not_ours(client: FlaskClient) -> None:
    for path in ("/", "/docs", "/openapi.json", "/dataset/images", "/status", "/metrics", "/static/docs.js"):
        detail = problem(client.get(path, headers={"Host": "evil.example:5000"}), 421, "unexpected_host")
        assert "localhost, 127.0.0.1, [::1]" in detail
        assert "'evil.example:5000'" in detail
        assert "LENSWRIGHT_ALLOWED_HOSTS" in detail


def test_nothing_is_done_under_a_name_that_is_not_ours(client: FlaskClient) -> None:
    rebound = {"Host": "evil.example", "Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"}
    problem(predict(client, **rebound), 421, "unexpected_host")


def test_loopback_has_many_names(client: FlaskClient) -> None:
    for host in ("localhost", "localhost:8080", "127.0.0.1:5000", "[::1]:5000", "127.0.0.9"):
        assert predict(client, Host=host).status_code == 200


def test_a_load_balancer_may_ask_for_health_under_any_name(client: FlaskClient) -> None:
    assert client.get("/health/live", headers={"Host": "balancer"}).status_code == 200


def test_other_names_are_a_setting(begin: Begin) -> None:
    client = client_of(begin(allowed_hosts="photos.example"))
    assert client.get("/status", headers={"Host": "photos.example"}).status_code == 200
    problem(client.get("/status", headers={"Host": "evil.example"}), 421, "unexpected_host")


def test_a_service_for_others_has_names_that_it_cannot_know(begin: Begin) -> None:
    client = client_of(begin(host="0.0.0.0", require_keys="no"))
    assert client.get("/status", headers={"Host": "lens.lan:5000"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
        {"Origin": EVIL},
        {"Origin": "null"},
    ],
)
def test_no_foreign_page_changes_or_asks_anything(client: FlaskClient, headers: dict[str, str]) -> None:
    for path in CHANGES:
        detail = problem(client.post(path, headers=headers), 403, "foreign_page")
        assert headers.get("Origin", "another web site") in detail


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin", "Origin": "http://localhost"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "http://localhost"},
    ],
)
def test_programs_and_our_own_pages_are_answered(client: FlaskClient, headers: dict[str, str]) -> None:
    assert predict(client, **headers).status_code == 200


def test_a_foreign_page_gets_no_leave_to_read(client: FlaskClient) -> None:
    answer = client.get("/dataset/images", headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    asked = client.options("/predict", headers={"Origin": EVIL, "Access-Control-Request-Method": "POST"})
    assert not [name for name, _ in asked.headers if name.startswith("Access-Control")]


def test_an_origin_of_the_setting_may_ask_and_is_told_so_without_cookies(friendly: FlaskClient) -> None:
    asked = friendly.options(
        "/predict",
        headers={
            "Origin": FRIEND,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key, content-type",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "x-api-key" in asked.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in asked.headers
    answer = predict(friendly, Origin=FRIEND, Sec_Fetch_Site="cross-site")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, FRIEND)
    assert "Origin" in answer.headers["Vary"]
    assert "RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_refusals_can_be_read_by_the_origins_of_the_setting(friendly: FlaskClient) -> None:
    refused = friendly.post("/train", data="{", headers={"Origin": FRIEND})
    assert refused.status_code == 400
    assert refused.headers["Access-Control-Allow-Origin"] == FRIEND


def test_origins_are_exact(friendly: FlaskClient) -> None:
    near = ("https://friend.example.evil.example", "https://friend.example:8443", "https://xfriend.example")
    for origin in (EVIL, "http://friend.example", "null", *near):
        problem(predict(friendly, Origin=origin), 403, "foreign_page")
        assert (
            "Access-Control-Allow-Origin" not in friendly.get("/models", headers={"Origin": origin}).headers
        )


def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient) -> None:
    for path in ("/", "/docs", "/static/docs.js", "/openapi.json", "/status", "/nothing", "/metrics"):
        answer = client.get(path)
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
        assert [name for name, _ in answer.headers].count("X-Content-Type-Options") == 1
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert ("script-src 'self'" in policy) is (answer.mimetype == "text/html")


def test_answers_are_kept_nowhere_unless_they_never_change(client: FlaskClient) -> None:
    client.post("/upload-data", data={"files[]": file(photo_of(0)), "label": "cat"})
    for answer in (predict(client), client.get("/dataset/images"), client.get("/review")):
        assert answer.headers["Cache-Control"] == "no-store"
    kept = client.get("/dataset/images/1/thumbnail")
    assert "immutable" in kept.headers["Cache-Control"]
    assert "private" in kept.headers["Cache-Control"]
    again = client.get("/dataset/images/1/thumbnail", headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 304


def test_a_refused_page_is_logged_with_what_it_was(client: FlaskClient, caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        predict(client, Origin=EVIL)
    assert "POST /predict -> 403" in caplog.text
