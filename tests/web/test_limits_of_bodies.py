"""Every limit on every body: refused with 413 or 422, saying what was expected and what came."""

import base64
import io
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lenswright.web.form_parser import MOST_TEXT_FIELDS
from tests.builders import make_zip, photo
from tests.web.answers import file, problem
from tests.web.conftest import Begin, client_of

BODY, JSON, FILE, PIXELS, FILES, MEMBERS, UNPACKED, TEXT = (
    1_500_000,
    2_000,
    60_000,
    10_000,
    3,
    4,
    200_000,
    200_000,
)
LIMITS = {
    "max_request_bytes": BODY,
    "max_json_bytes": JSON,
    "max_file_bytes": FILE,
    "max_pixels": PIXELS,
    "max_files": FILES,
    "max_form_text_bytes": TEXT,
    "max_archive_members": MEMBERS,
    "max_archive_bytes": UNPACKED,
}
ONE_PHOTO = FILE * 4 // 3 + 1_000_000
WITH_PHOTOS = {"/upload-data": BODY, "/predict/batch": BODY, "/predict": ONE_PHOTO, "/feedback": ONE_PHOTO}
FIELDS = {"/predict": "image", "/predict/batch": "images", "/upload-data": "files[]", "/feedback": "image"}
GOOD = photo(width=40, height=30)
HEAVY = GOOD + bytes(FILE)
WIDE = photo(width=200, height=100)
BOMB = make_zip({"cat/a.jpg": bytes(11_000_000)})


@pytest.fixture
def client(begin: Begin, with_model: None) -> FlaskClient:
    return client_of(begin(**LIMITS))


def send(client: FlaskClient, path: str, *photos: bytes, **fields: Any) -> TestResponse:
    """Post photos in the form of `path`; feedback gets its label."""
    form = {FIELDS[path]: [file(data) for data in photos], "label": "cat", **fields}
    return client.post(path, data=form)


def refusal(response: TestResponse, status: int, code: str) -> str:
    """Return what a refusal says, which must name both sides."""
    detail = problem(response, status, code)
    assert "Expected" in detail
    assert "Received" in detail or "makes" in detail
    return detail


def test_every_address_that_takes_a_body_refuses_a_larger_one_before_it_is_read(client: FlaskClient) -> None:
    tried = 0
    for rule in client.application.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        limit = WITH_PHOTOS.get(path, JSON)
        announced = {"CONTENT_LENGTH": str(limit + 1)}
        answer = client.post(path, input_stream=io.BytesIO(), environ_overrides=announced)
        assert refusal(answer, 413, "body_too_large") == (
            f"Expected a body of at most {limit} bytes. Received: {limit + 1}."
        ), path
        tried += 1
    assert tried >= 20


@pytest.mark.parametrize("path", [*FIELDS, "/train", "/dataset/images/label"])
@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream"])
def test_a_body_that_announces_no_length_is_cut_at_its_limit(
    client: FlaskClient, path: str, kind: str
) -> None:
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    body = io.BytesIO(b'{"label": "' + b"a" * BODY + b'"}')
    answer = client.post(path, input_stream=body, content_type=kind, environ_overrides=chunked)
    if path == "/upload-data":  # takes forms only, and reads nothing else
        problem(answer, 400, "malformed_request")
    elif (path, kind) == ("/predict/batch", "application/json"):
        problem(answer, 415, "unsupported_media_type")
    else:
        refusal(answer, 413, "body_too_large")
    assert body.tell() <= BODY + 100_000


@pytest.mark.parametrize("path", FIELDS)
def test_a_form_has_no_more_parts_than_allowed(client: FlaskClient, path: str) -> None:
    many = send(client, path, *[GOOD] * (FILES + MOST_TEXT_FIELDS + 1))
    assert f"at most {FILES + MOST_TEXT_FIELDS} parts" in refusal(many, 413, "body_too_large")


@pytest.mark.parametrize("path", FIELDS)
def test_a_form_has_few_text_fields_and_none_is_long(client: FlaskClient, path: str) -> None:
    long = send(client, path, GOOD, task="x" * (TEXT + 1))
    assert f"at most {TEXT} bytes" in refusal(long, 413, "body_too_large")
    many = client.post(
        path, data={"label": ["cat"] * (MOST_TEXT_FIELDS + 1)}, content_type="multipart/form-data"
    )
    assert f"at most {MOST_TEXT_FIELDS} text fields" in refusal(many, 413, "body_too_large")


@pytest.mark.parametrize("path", FIELDS)
def test_a_form_without_files_is_not_read_into_memory(client: FlaskClient, path: str) -> None:
    announced = {"CONTENT_LENGTH": "400000", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    body = io.BytesIO(b"a=1&" * 100_000)
    answer = client.post(path, input_stream=body, environ_overrides=announced)
    assert 400 <= answer.status_code < 500
    if path == "/upload-data":
        assert "files[]" in problem(answer, 400, "malformed_request")


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/predict", 413, "image_too_large"), ("/feedback", 422, "unusable_input")]
)
def test_one_photo_may_be_neither_heavy_nor_wide(
    client: FlaskClient, path: str, status: int, code: str
) -> None:
    assert f"at most {FILE} bytes. Received: {len(HEAVY)}." in refusal(
        send(client, path, HEAVY), status, code
    )
    assert "200x100" in refusal(send(client, path, WIDE), status, code)


@pytest.mark.parametrize(
    ("path", "results"), [("/predict/batch", "predictions"), ("/upload-data", "results")]
)
@pytest.mark.parametrize("data", [HEAVY, WIDE])
def test_a_heavy_or_wide_photo_among_others_is_refused_alone(
    client: FlaskClient, path: str, results: str, data: bytes
) -> None:
    answer = send(client, path, GOOD, data)
    assert answer.status_code in (200, 201)
    said = json.dumps(answer.json[results][1])
    assert "image_too_large" in said
    assert "Expected" in said
    refusal(send(client, path, data), 422, "image_too_large")


@pytest.mark.parametrize("photo_json", [True, False])
def test_a_photo_in_json_or_as_the_body_has_the_same_limits(client: FlaskClient, photo_json: bool) -> None:
    for data in (HEAVY, WIDE):
        if photo_json:
            answer = client.post("/predict", json={"image_base64": base64.b64encode(data).decode()})
        else:
            answer = client.post("/predict", data=data, content_type="image/jpeg")
        refusal(answer, 413, "image_too_large")


@pytest.mark.parametrize("path", ["/predict/batch", "/upload-data"])
def test_a_zip_has_no_more_members_and_bytes_than_allowed(client: FlaskClient, path: str) -> None:
    many = make_zip({f"cat/{number}.jpg": GOOD for number in range(MEMBERS + 1)})
    assert f"at most {MEMBERS} members" in refusal(send(client, path, many), 422, "archive_refused")
    large = make_zip({f"cat/{number}.jpg": bytes(FILE) for number in range(4)})
    assert str(UNPACKED) in refusal(send(client, path, large), 422, "archive_refused")


@pytest.mark.parametrize("path", ["/predict/batch", "/upload-data"])
def test_the_ratio_of_a_bomb_is_a_setting(begin: Begin, with_model: None, path: str) -> None:
    strict = client_of(begin())
    assert "at most 200 bytes out of one" in refusal(send(strict, path, BOMB), 422, "archive_refused")
    lax = client_of(begin(max_archive_ratio=5_000))
    refusal(send(lax, path, BOMB), 422, "unsupported_image")


def test_a_batch_has_no_more_photos_than_allowed_whether_in_forms_or_zips(client: FlaskClient) -> None:
    four = make_zip({f"{number}.jpg": GOOD for number in range(FILES + 1)})
    for photos in ([GOOD] * (FILES + 1), [four], [GOOD, GOOD, make_zip({"a.jpg": GOOD, "b.jpg": GOOD})]):
        answer = send(client, "/predict/batch", *photos)
        assert f"at most {FILES} photos" in refusal(answer, 413, "body_too_large")
