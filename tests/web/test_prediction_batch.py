"""`POST /predict/batch`: many photos in, one answer for each in order, and a bad one stops no other."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from lenswright.inference.bench import MOST_LISTS
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.storage.tables import RequestRow
from lenswright.web.batch_photos import SentPhoto
from lenswright.web.batch_report import answer_photos
from lenswright.web.multipart import IN_MEMORY_BYTES
from lenswright.web.schemas.prediction import PredictBatchAnswer, PredictionAnswer
from lenswright.web.services import Services
from tests.builders import lying_png
from tests.models import TASK, VERSION, photo_of, write_tiny_bundle
from tests.web.answers import body, file, problem, zipped
from tests.web.conftest import Begin, client_of

CAT, DOG = photo_of(0), photo_of(1)
FORM = {"content_type": "multipart/form-data"}
OTHER = "20261122-070000-0002"


def batch(client: FlaskClient, *photos: bytes | tuple[str, bytes], query: str = "") -> Any:
    named = [one if isinstance(one, tuple) else (f"{number}.jpg", one) for number, one in enumerate(photos)]
    data = {"images": [file(data, name) for name, data in named]}
    return body(client.post(f"/predict/batch{query}", data=data), PredictBatchAnswer)


def classes(said: Any) -> list[str]:
    """Return the class of each photo, or the code of its refusal."""
    return [one["error"]["code"] if "error" in one else one["predicted_class"] for one in said["predictions"]]


def test_each_photo_is_answered_in_the_order_it_was_sent(client: FlaskClient) -> None:
    kinds = [number % 3 == 0 for number in range(40)]
    said = batch(client, *(photo_of(int(kind), seed=number) for number, kind in enumerate(kinds)))
    assert classes(said) == ["dog" if kind else "cat" for kind in kinds]
    assert [one["index"] for one in said["predictions"]] == [*range(40)]
    assert [one["filename"] for one in said["predictions"]] == [f"{number}.jpg" for number in range(40)]
    assert (said["task"], said["model_version"], said["count"], said["errors"]) == (TASK, VERSION, 40, 0)


def test_a_photo_of_a_batch_is_answered_as_it_is_alone(client: FlaskClient) -> None:
    alone = body(client.post("/predict", data=DOG), PredictionAnswer)
    one = batch(client, CAT, DOG)["predictions"][1]
    assert set(one) - set(alone) == {"index", "filename"}
    changing = {"prediction_time", "timestamp", "request_id", "timing_ms"}
    assert {name: one[name] for name in alone if name not in changing} == {
        name: value for name, value in alone.items() if name not in changing
    }


def test_bad_photos_have_their_own_problems_and_the_others_their_answers(client: FlaskClient) -> None:
    said = batch(client, CAT, b"no photo", DOG[:-200], b"", lying_png(20_000, 20_000), DOG)
    assert classes(said) == [
        "cat", "unsupported_image", "unreadable_image", "unreadable_image", "image_too_large", "dog",
    ]  # fmt: skip
    assert (said["count"], said["errors"]) == (6, 4)
    assert [one["error"]["status"] for one in said["predictions"] if "error" in one] == [415, 415, 415, 413]


@pytest.mark.parametrize("field", ["images", "image", "file", "files[]"])
def test_a_batch_may_be_a_form_with_any_of_these_fields(client: FlaskClient, field: str) -> None:
    response = client.post("/predict/batch", data={field: [file(CAT), file(DOG)]})
    assert classes(body(response, PredictBatchAnswer)) == ["cat", "dog"]


@pytest.mark.parametrize(
    "kind", ["application/zip", "application/octet-stream", "application/x-www-form-urlencoded", None]
)
def test_a_batch_may_be_a_zip_as_the_body(client: FlaskClient, kind: str | None) -> None:
    packed = zipped({"a/cat.jpg": CAT, "dog.jpg": DOG})
    said = body(client.post("/predict/batch", data=packed, content_type=kind), PredictBatchAnswer)
    assert [(one["filename"], one["predicted_class"]) for one in said["predictions"]] == [
        ("a/cat.jpg", "cat"),
        ("dog.jpg", "dog"),
    ]


def test_a_zip_too_large_for_memory_is_answered_from_disk(client: FlaskClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(60):
            archive.writestr(f"{number}.jpg", photo_of(number % 2, seed=number, width=300, height=300))
    assert len(packed.getvalue()) > IN_MEMORY_BYTES
    said = body(client.post("/predict/batch", data=packed.getvalue()), PredictBatchAnswer)
    assert classes(said) == ["cat", "dog"] * 30


def test_one_photo_as_the_body_is_a_batch_of_one(client: FlaskClient) -> None:
    response = client.post("/predict/batch", data=DOG, content_type="image/jpeg")
    assert classes(body(response, PredictBatchAnswer)) == ["dog"]


def test_photos_and_zips_may_come_together_each_where_it_stands(client: FlaskClient) -> None:
    packed = zipped({"1.jpg": DOG, "2.jpg": DOG})
    said = batch(client, CAT, ("photos.zip", packed), CAT, ("broken.zip", packed[:-30]), DOG)
    assert classes(said) == ["cat", "dog", "dog", "cat", "archive_refused", "dog"]
    assert [one["index"] for one in said["predictions"]] == [*range(6)]
    assert said["predictions"][4]["filename"] == "broken.zip"


def test_odd_members_of_a_zip_are_refused_one_by_one_and_clutter_is_left_out(client: FlaskClient) -> None:
    members = {
        "cat.jpg": CAT,
        "__MACOSX/._cat.jpg": b"\0\5\x16\7",
        "labels.csv": b"file,label\ncat.jpg,dog\n",
        ".DS_Store": b"\0",
        "inner.zip": zipped({"dog.jpg": DOG}),
        "empty.jpg": b"",
        "folder/": b"",
        "no\u202ename \U0001f415.jpg": DOG,
    }
    said = body(client.post("/predict/batch", data=zipped(members)), PredictBatchAnswer)
    assert classes(said) == ["cat", "unsupported_image", "unsupported_image", "unreadable_image", "dog"]
    assert said["predictions"][4]["filename"] == "no\N{REPLACEMENT CHARACTER}name \U0001f415.jpg"


def test_a_damaged_member_stops_no_other(client: FlaskClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in (("a.jpg", CAT), ("b.jpg", DOG), ("c.jpg", CAT)):
            archive.writestr(name, data)
    harmed = bytearray(packed.getvalue())
    harmed[harmed.index(DOG) + 50] ^= 1
    said = body(client.post("/predict/batch", data=bytes(harmed)), PredictBatchAnswer)
    assert classes(said) == ["cat", "unreadable_image", "cat"]


@pytest.mark.parametrize(
    ("sent", "status", "code", "words"),
    [
        ({}, 400, "malformed_request", "Received: an empty body"),
        ({"data": {"photos": [file(CAT)]}}, 400, "malformed_request", "field 'images'. Received: photos"),
        ({"data": {"images": "cat.jpg"}, **FORM}, 400, "malformed_request", "write -F images=@photo.jpg"),
        ({"data": {"images": file(b"", "")}, **FORM}, 400, "malformed_request", "at least one file"),
        ({"data": b"x", **FORM}, 400, "malformed_request", "no field"),
        ({"json": {"images": []}}, 415, "unsupported_media_type", "application/json"),
        ({"data": b"no photo"}, 422, "unsupported_image", "'(unnamed)' was refused: Expected a photo"),
        ({"data": zipped({})}, 422, "archive_refused", "Expected photos in the zip"),
        ({"data": zipped({".hidden": CAT})}, 422, "archive_refused", "Expected photos in the zip"),
        ({"data": zipped({"../a.jpg": CAT})}, 422, "archive_refused", "stay inside the zip"),
        ({"data": zipped({"a.jpg": CAT})[:-30]}, 422, "archive_refused", "cut off or damaged"),
        ({"data": {"images": [file(b"a"), file(b"b")]}}, 422, "unsupported_image", "So were 1 others"),
        ({"data": {"images": [file(b"a"), file(b"")]}}, 422, "nothing_predicted", "Expected a photo"),
        ({"data": CAT, "query_string": "top_k=0"}, 400, "bad_parameter", "top_k"),
        ({"data": CAT, "query_string": "task=!!!"}, 422, "unusable_input", "task name"),
        ({"data": CAT, "query_string": "task=birds"}, 503, "no_model", "birds"),
    ],
)
def test_a_batch_without_any_answer_is_refused_with_the_reason(
    client: FlaskClient, sent: dict[str, Any], status: int, code: str, words: str
) -> None:
    assert words in problem(client.post("/predict/batch", **sent), status, code)


def test_a_refused_batch_still_says_what_became_of_each_photo(client: FlaskClient) -> None:
    response = client.post("/predict/batch", data={"images": [file(b"a", "a.jpg"), file(b"", "b.jpg")]})
    problem(response, 422, "nothing_predicted")
    assert (response.json["count"], response.json["errors"]) == (2, 2)
    assert classes(response.json) == ["unsupported_image", "unreadable_image"]


@pytest.mark.parametrize("packed", [False, True], ids=["form", "zip"])
def test_more_photos_than_a_batch_may_have_are_refused_before_one_is_answered(
    begin: Begin, with_model: None, packed: bool
) -> None:
    client = client_of(begin(max_files=3))
    sent = {f"{number}.jpg": CAT for number in range(4)}
    data: Any = zipped(sent) if packed else {"images": [file(CAT) for _ in sent]}
    response = client.post("/predict/batch", data=data)
    assert "at most 3 photos" in problem(response, 413, "body_too_large")
    assert client.get("/status").json["requests"]["predictions"] == 0
    assert len(batch(client, CAT, DOG, CAT)["predictions"]) == 3


def test_a_photo_larger_than_the_limit_stops_no_other(begin: Begin, with_model: None) -> None:
    client = client_of(begin(max_file_bytes=1_500))
    small, large = photo_of(0, width=32, height=32), photo_of(1, width=300, height=300)
    assert classes(batch(client, small, large)) == ["cat", "image_too_large"]
    zipped_ones = zipped({"a.jpg": large, "b.jpg": small})
    assert classes(batch(client, ("a.zip", zipped_ones))) == ["image_too_large", "cat"]


def test_a_body_without_a_length_is_cut_at_the_limit(begin: Begin, with_model: None) -> None:
    client = client_of(begin(max_request_bytes=100_000))
    response = client.post(
        "/predict/batch",
        input_stream=io.BytesIO(b"PK\3\4" + bytes(3_000_000)),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    problem(response, 413, "body_too_large")


def test_only_the_most_probable_classes_on_request(client: FlaskClient) -> None:
    said = batch(client, CAT, DOG, query="?top_k=1")
    assert [list(one["probabilities"]) for one in said["predictions"]] == [["cat"], ["dog"]]


def test_one_version_answers_the_whole_batch_whatever_is_promoted_meanwhile(
    begin: Begin, with_model: None, tmp_path: Path
) -> None:
    here = begin()

    def photos() -> Iterator[SentPhoto]:
        yield SentPhoto("before.jpg", CAT)
        write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))), version=OTHER)
        here.versions.adopt(None)
        here.promotion.promote(TASK, OTHER, "", "test")
        here.live.refresh()
        assert here.live.classify(TASK, DOG).version == OTHER
        for number in range(10):
            yield SentPhoto(f"{number}.jpg", DOG)

    with client_of(here) as client:
        client.get("/health/live")  # leaves its context, in which the answers are noted
        entries = answer_photos(here, here.live.answering(TASK), photos(), None).entries
    assert [entry["model_version"] for entry in entries] == [VERSION] * 11
    assert batch(client_of(here), CAT)["model_version"] == OTHER


def test_each_photo_counts_as_a_prediction_and_the_batch_as_one_request(services: Services) -> None:
    client = client_of(services)
    sent = {"images": [file(CAT), file(DOG), file(DOG), file(b"no photo")]}
    client.post("/predict/batch", data=sent, headers={"X-Request-ID": "my-batch"})
    requests = client.get("/status").json["requests"]
    assert (requests["total"], requests["predictions"]) == (1, 3)
    assert requests["classes"] == {"cat": 1, "dog": 2}
    text = client.get("/metrics").text
    assert 'lenswright_requests_total{path="/predict/batch",status="200"} 1.0' in text
    assert 'predicted_class="dog",status="accepted",task="cats-vs-dogs"} 2.0' in text
    services.request_log.settle()
    with services.database.reading() as session:
        row = session.get(RequestRow, "my-batch")
        assert row is not None
        assert (row.task, row.version, row.predicted_class) == (TASK, VERSION, None)


def test_feedback_on_a_batch_needs_the_photo(client: FlaskClient) -> None:
    said = batch(client, CAT, DOG)
    feedback = {"request_id": said["request_id"], "label": "dog"}
    assert "Send the photo along" in problem(client.post("/feedback", json=feedback), 404, "not_found")


def test_photos_of_a_batch_are_not_kept(begin: Begin, with_model: None) -> None:
    here = begin(keep_predicted_photos="all")
    said = batch(client_of(here), CAT, DOG)
    here.kept_photos.settle(said["request_id"])
    assert client_of(here).get("/dataset/images").json["total"] == 0


def test_kept_answers_serve_batches_too(begin: Begin, with_model: None) -> None:
    client = client_of(begin(answer_cache_mb=1))
    batch(client, CAT)
    said = batch(client, DOG, CAT)
    assert [one.get("cached") for one in said["predictions"]] == [None, True]


def test_too_many_batches_at_once_are_told_to_try_again(services: Services) -> None:
    endless = [services.live.answering(TASK).classify_each([CAT] * 3) for _ in range(MOST_LISTS)]
    for one in endless:
        next(one)
    client = client_of(services)
    response = client.post("/predict/batch", data=DOG)
    problem(response, 503, "overloaded")
    assert int(response.headers["Retry-After"]) > 0
    body(client.post("/predict", data=DOG), PredictionAnswer)
    endless[0].close()
    assert classes(batch(client, DOG)) == ["dog"]


@pytest.mark.parametrize("seed", range(6))
def test_a_zip_or_form_damaged_anywhere_is_never_our_fault(client: FlaskClient, seed: int) -> None:
    random = Random(seed)
    sent = {"images": [file(CAT), file(zipped({"dog.jpg": DOG}), "a.zip")]}
    form = EnvironBuilder(method="POST", data=sent).get_request()
    whole = {
        "application/zip": zipped({"a.jpg": CAT, "b/c.jpg": DOG}),
        form.headers["Content-Type"]: form.get_data(),
    }
    for kind, data in whole.items():
        assert classes(client.post("/predict/batch", data=data, content_type=kind).json) == ["cat", "dog"]
        for _ in range(12):
            harmed = bytearray(data[: random.choice([len(data), random.randrange(1, len(data))])])
            for place in random.choices(range(len(harmed)), k=random.randrange(1, 20)):
                harmed[place] = random.randrange(256)
            response = client.post("/predict/batch", data=bytes(harmed), content_type=kind)
            assert response.status_code in (200, 400, 413, 415, 422), response.text
