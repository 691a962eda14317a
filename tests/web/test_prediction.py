"""`POST /predict`: three ways in, one answer out, and a clear refusal of everything else."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.web.schemas.prediction import PredictionAnswer
from tests.builders import lying_png, photo
from tests.models import VERSION, photo_of, tiny_bundle
from tests.web.answers import body, file, problem
from tests.web.conftest import Begin, client_of

FORM = {"content_type": "multipart/form-data"}
CAT, DOG = photo_of(0), photo_of(1)


def test_a_form_is_answered_with_class_confidence_and_ranked_probabilities(client: FlaskClient) -> None:
    said = body(client.post("/predict", data={"image": file(DOG)}), PredictionAnswer)
    assert said["predicted_class"] == "dog"
    assert list(said["probabilities"]) == ["dog", "cat"]
    assert said["confidence"] == said["probabilities"]["dog"]
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert (said["status"], said["model_version"], said["task"]) == ("accepted", VERSION, "cats-vs-dogs")
    assert 0 < said["prediction_time"] < 5
    assert said["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"file": file(CAT)}},
        {"data": CAT, "content_type": "image/jpeg"},
        {"data": CAT, "content_type": "application/octet-stream"},
        {"data": CAT, "content_type": "application/x-www-form-urlencoded"},
        {"data": CAT},
        {"json": {"image_base64": base64.b64encode(CAT).decode()}},
        {"json": {"image_base64": "data:image/jpeg;base64," + base64.b64encode(CAT).decode()}},
        {"json": {"image_base64": base64.urlsafe_b64encode(CAT).decode().rstrip("=")}},
        {"json": {"image_base64": base64.encodebytes(CAT).decode()}},
    ],
    ids=["alias", "raw", "octets", "curl-data-binary", "no-type", "base64", "data-url", "url-safe", "lines"],
)
def test_a_photo_may_come_in_any_of_these_ways(client: FlaskClient, sent: dict[str, Any]) -> None:
    assert body(client.post("/predict", **sent), PredictionAnswer)["predicted_class"] == "cat"


def test_only_the_most_probable_classes_on_request(client: FlaskClient) -> None:
    said = body(client.post("/predict?top_k=1", data=DOG), PredictionAnswer)
    assert list(said["probabilities"]) == ["dog"]


def test_a_photo_unlike_anything_known_is_unknown(client: FlaskClient) -> None:
    green = photo((0, 255, 0))
    assert body(client.post("/predict", data=green), PredictionAnswer)["status"] == "unknown"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"image": file(DOG)}},
        {"data": DOG, "content_type": "image/jpeg"},
        {"json": {"image_base64": base64.b64encode(DOG).decode()}},
    ],
    ids=["form", "raw", "base64"],
)
def test_an_explanation_is_a_picture_of_the_framed_photo(client: FlaskClient, sent: dict[str, Any]) -> None:
    said = body(client.post("/predict?explain=true", **sent), PredictionAnswer)
    assert (said["predicted_class"], said["explanation"]["class"]) == ("dog", "dog")
    with Image.open(io.BytesIO(base64.b64decode(said["explanation"]["heatmap_png_base64"]))) as picture:
        assert (picture.format, picture.size) == ("PNG", (32, 32))


def test_another_class_than_the_predicted_one_is_explained_on_request(client: FlaskClient) -> None:
    said = body(client.post("/predict?explain=true&explain_class=cat&top_k=1", data=DOG), PredictionAnswer)
    assert (said["predicted_class"], said["explanation"]["class"]) == ("dog", "cat")
    assert list(said["probabilities"]) == ["dog"]


def test_without_a_wish_there_is_no_explanation(client: FlaskClient) -> None:
    for query in ("", "?explain=false"):
        assert "explanation" not in body(client.post(f"/predict{query}", data=DOG), PredictionAnswer)


def test_a_model_without_a_head_says_that_it_cannot_explain(begin: Begin, tmp_path: Path) -> None:
    bundle = tiny_bundle()
    Bundles(Blobs(str(tmp_path / "models"))).write(bundle.manifest, {"model.onnx": bundle.onnx})
    client = client_of(begin())
    assert VERSION in problem(client.post("/predict?explain=true", data=DOG), 422, "no_explanation")
    body(client.post("/predict", data=DOG), PredictionAnswer)


@pytest.mark.parametrize(
    ("sent", "status", "code", "words"),
    [
        ({}, 400, "malformed_request", "Received: an empty body"),
        ({"data": {"photo": file(CAT)}}, 400, "malformed_request", "field 'image'. Received: photo"),
        ({"data": {"image": "cat.jpg"}, **FORM}, 400, "malformed_request", "write -F image=@photo.jpg"),
        ({"data": {"label": "cat"}, **FORM}, 400, "malformed_request", "Received: label"),
        ({"data": {"image": file(b"")}}, 415, "unreadable_image", "an empty file"),
        ({"data": {"image": file(b"just text")}}, 415, "unsupported_image", "Received: 9 bytes"),
        ({"data": b"not an image"}, 415, "unsupported_image", "Expected a photo as JPEG"),
        ({"data": CAT[: len(CAT) // 2]}, 415, "unreadable_image", "damaged"),
        ({"data": b"<svg/>", "content_type": "text/html"}, 415, "unsupported_media_type", "text/html"),
        ({"data": lying_png(20_000, 20_000)}, 413, "image_too_large", "pixels"),
        ({"data": "{", "content_type": "application/json"}, 400, "malformed_request", "cannot be read"),
        ({"json": [1]}, 400, "malformed_request", "Received: list"),
        ({"json": {}}, 400, "malformed_request", "without 'image_base64'"),
        ({"json": {"image_base64": 7}}, 400, "malformed_request", "Received: int"),
        ({"json": {"image_base64": "%%%"}}, 400, "malformed_request", "Expected base64"),
        ({"json": {"image_base64": "é"}}, 400, "malformed_request", "Expected base64"),
        ({"json": {"image_base64": "QUJD"}}, 415, "unsupported_image", "3 bytes"),
        ({"data": b"x", "content_type": "multipart/form-data"}, 400, "malformed_request", "no field"),
        ({"data": CAT, "query_string": "top_k=0"}, 400, "bad_parameter", "top_k"),
        ({"data": CAT, "query_string": "top_k=many"}, 400, "bad_parameter", "top_k"),
        ({"data": CAT, "query_string": "explain=perhaps"}, 400, "bad_parameter", "explain"),
        ({"data": CAT, "query_string": "explain=1&explain_class=bird"}, 422, "unknown_label", "'bird'"),
        ({"data": CAT, "query_string": "task=!!!"}, 422, "unusable_input", "task name"),
        ({"data": CAT, "query_string": "task=a%00b"}, 400, "malformed_request", "NUL"),
    ],
)
def test_a_bad_request_is_refused_with_its_reason(
    client: FlaskClient, sent: dict[str, Any], status: int, code: str, words: str
) -> None:
    assert words in problem(client.post("/predict", **sent), status, code)


def test_truncated_jpeg_is_refused_with_415(client: FlaskClient) -> None:
    problem(client.post("/predict", data={"image": file(DOG[:-200])}), 415, "unreadable_image")


def test_json_of_millions_of_parts_is_refused_before_it_is_read(client: FlaskClient) -> None:
    body = b'{"image_base64": [' + b"[]," * 500_001 + b"1]}"
    response = client.post("/predict", data=body, content_type="application/json")
    assert "at most 1000000 parts. Received: 100000" in problem(response, 400, "malformed_request")


def test_base64_full_of_spaces_is_read_without_a_piece_for_each(client: FlaskClient) -> None:
    spaced = " ".join(base64.b64encode(CAT).decode()) + " " * 1_000
    assert client.post("/predict", json={"image_base64": spaced}).status_code == 200


def test_json_nested_beyond_reason_is_refused(client: FlaskClient) -> None:
    deep = "[" * 200_000
    response = client.post("/predict", data=deep, content_type="application/json")
    problem(response, 400, "malformed_request")


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_supported_format_is_answered(client: FlaskClient, image_format: str) -> None:
    data = io.BytesIO()
    Image.open(io.BytesIO(DOG)).save(data, image_format)
    assert body(client.post("/predict", data=data.getvalue()), PredictionAnswer)["predicted_class"] == "dog"


def test_a_body_of_200_mb_is_refused_by_its_length_alone(client: FlaskClient) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("a byte of it was read")

    announced = {"CONTENT_LENGTH": "200000000"}
    response = client.post("/predict", input_stream=Unread(), environ_overrides=announced)
    assert "Received: 200000000" in problem(response, 413, "body_too_large")


def test_a_body_without_a_length_is_cut_at_the_limit(begin: Begin, with_model: None) -> None:
    client = client_of(begin(max_file_bytes=10_000))
    stream = io.BytesIO(b"x" * 3_000_000)
    headers = {"Transfer-Encoding": "chunked"}
    environ = {"wsgi.input_terminated": True}
    response = client.post("/predict", input_stream=stream, headers=headers, environ_overrides=environ)
    problem(response, 413, "body_too_large")


def test_a_photo_larger_than_the_limit_is_refused(begin: Begin, with_model: None) -> None:
    client = client_of(begin(max_file_bytes=1_000))
    big = photo_of(0, width=300, height=300)
    assert "Expected at most 1000 bytes" in problem(client.post("/predict", data=big), 413, "image_too_large")


def test_without_a_model_the_answer_is_503_and_when_to_try_again(begin: Begin) -> None:
    response = client_of(begin()).post("/predict", data=CAT)
    assert "upload labelled photos and train" in problem(response, 503, "no_model")
    assert int(response.headers["Retry-After"]) > 0


def test_a_given_request_id_comes_back_and_an_insane_one_does_not(client: FlaskClient) -> None:
    given = client.post("/predict", data=CAT, headers={"X-Request-ID": "my-id.7"})
    assert given.headers["X-Request-ID"] == given.json["request_id"] == "my-id.7"
    insane = client.post("/predict", data=CAT, headers={"X-Request-ID": "x" * 65})
    assert len(insane.headers["X-Request-ID"]) == 16


def test_the_answer_is_compact_json_in_its_documented_order(client: FlaskClient) -> None:
    text = client.post("/predict", data=CAT).text
    assert text.startswith('{"predicted_class":"cat","confidence":')
    assert json.loads(text)["request_id"]
