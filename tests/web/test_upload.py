"""`POST /upload-data`: each file with what became of it."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.dataset import UploadAnswer
from tests.builders import photo
from tests.web.answers import body, file, problem, zipped
from tests.web.conftest import Begin, client_of

RED, BLUE = photo(seed=1), photo((30, 60, 200), seed=2)


def upload(client: FlaskClient, *files: bytes, **fields: Any) -> Any:
    sent = {"files[]": [file(data, f"{number}.jpg") for number, data in enumerate(files)], **fields}
    return client.post("/upload-data", data=sent, content_type="multipart/form-data")


def test_files_are_stored_in_order_and_counted(client: FlaskClient) -> None:
    said = body(upload(client, RED, BLUE, label="cat"), UploadAnswer, 201)
    assert [(result["filename"], result["outcome"], result["id"]) for result in said["results"]] == [
        ("0.jpg", "stored", 1),
        ("1.jpg", "stored", 2),
    ]
    assert (said["stored"], said["duplicates"], said["refused"]) == (2, 0, 0)
    assert said["dataset"] == {"total": 2, "labelled": 2, "classes": 1}
    assert said["results"][0]["path"].startswith("uploads/")


@pytest.mark.parametrize("field", ["files[]", "files", "file", "image"])
def test_any_usual_field_name_will_do(client: FlaskClient, field: str) -> None:
    body(client.post("/upload-data", data={field: file(RED)}), UploadAnswer, 201)


def test_class_name_is_another_word_for_label(client: FlaskClient) -> None:
    said = body(upload(client, RED, class_name="cat"), UploadAnswer, 201)
    assert said["results"][0]["label"] == "cat"


def test_a_task_and_a_split_may_be_given(client: FlaskClient) -> None:
    said = body(upload(client, RED, label="wren", task="Garden birds", split="test"), UploadAnswer, 201)
    assert said["task"] == "garden-birds"
    assert said["results"][0]["split"] == "test"


def test_the_same_photo_again_is_a_duplicate_and_no_error(client: FlaskClient) -> None:
    upload(client, RED)
    said = body(upload(client, RED), UploadAnswer, 200)
    assert (said["duplicates"], said["results"][0]["duplicate_of"]) == (1, 1)


def test_a_label_for_a_photo_that_had_none_counts_as_stored(client: FlaskClient) -> None:
    upload(client, RED)
    said = body(upload(client, RED, label="cat"), UploadAnswer, 201)
    assert said["results"][0]["outcome"] == "labelled"


def test_one_bad_file_does_not_keep_the_others_out(client: FlaskClient) -> None:
    said = body(upload(client, b"no photo", RED, b""), UploadAnswer, 201)
    assert [result["outcome"] for result in said["results"]] == ["refused", "stored", "refused"]
    assert [result["code"] for result in said["results"]] == ["unsupported_image", None, "unreadable_image"]


def test_if_every_file_is_refused_the_answer_is_a_problem_with_the_reasons(client: FlaskClient) -> None:
    response = upload(client, b"no photo", RED[:300])
    assert "'0.jpg' was refused" in problem(response, 422, "nothing_stored")
    assert [result["outcome"] for result in response.json["results"]] == ["refused", "refused"]
    problem(upload(client, b"no photo"), 422, "unsupported_image")


@pytest.mark.parametrize(
    "sent", [{}, {"label": "cat"}, {"files[]": "a.jpg"}, {"files[]": (io.BytesIO(), "")}]
)
def test_a_request_without_a_file_is_malformed(client: FlaskClient, sent: dict[str, Any]) -> None:
    response = client.post("/upload-data", data=sent, content_type="multipart/form-data")
    assert "files[]" in problem(response, 400, "malformed_request")


def test_a_body_that_is_no_form_is_malformed(client: FlaskClient) -> None:
    problem(client.post("/upload-data", data=RED), 400, "malformed_request")
    problem(client.post("/upload-data", json={"files": []}), 400, "malformed_request")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"split": "holdout"}, "unusable_input"),
        ({"task": "///"}, "unusable_input"),
        ({"label": "../cat"}, "unknown_label"),
        ({"label": "x" * 101}, "unknown_label"),
    ],
)
def test_fields_that_cannot_be_used_are_refused(client: FlaskClient, fields: Any, code: str) -> None:
    problem(upload(client, RED, **fields), 422, code)
    assert client.get("/dataset").json["total"] == 0


def test_a_zip_brings_its_labels_along(client: FlaskClient) -> None:
    packed = zipped({"train/cat/a.jpg": RED, "train/dog/b.jpg": BLUE, "__MACOSX/._a.jpg": b"x"})
    said = body(upload(client, packed), UploadAnswer, 201)
    assert [(result["label"], result["split"]) for result in said["results"]] == [
        ("cat", "train"),
        ("dog", "train"),
    ]


def test_a_list_of_labels_may_be_sent_beside_photos(client: FlaskClient) -> None:
    labels = b"file,label\n0.jpg,cat\n1.jpg,dog\n9.jpg,cat\n"
    files = [file(labels, "labels.csv"), file(RED, "0.jpg"), file(BLUE, "1.jpg")]
    said = body(client.post("/upload-data", data={"files[]": files}), UploadAnswer, 201)
    assert [(result["filename"], result["label"], result["code"]) for result in said["results"]] == [
        ("0.jpg", "cat", None),
        ("1.jpg", "dog", None),
        ("9.jpg", None, "missing_file"),
    ]


def test_photos_that_their_list_gives_no_label_are_counted(client: FlaskClient) -> None:
    files = [file(b"file,label\n0.jpg,\n", "labels.csv"), file(RED, "0.jpg"), file(BLUE, "1.jpg")]
    said = body(client.post("/upload-data", data={"files[]": files}), UploadAnswer, 201)
    detail = client.get(f"/dataset/batches/{said['batch']}").json["detail"]
    assert detail == {"unlabelled": {"empty_in_list": 1, "not_in_list": 1}}


def test_a_list_with_two_labels_for_one_photo_keeps_all_out(client: FlaskClient) -> None:
    labels = b"id,breed\n0,pug\n0,boxer\n"
    files = [file(RED, "0.jpg"), file(labels, "labels.csv")]
    refused = client.post("/upload-data", data={"files[]": files})
    assert "'0' as 'pug' and as 'boxer'" in problem(refused, 422, "archive_refused")
    assert client.get("/dataset").json["total"] == 0


def test_a_photo_in_the_bin_that_comes_again_counts_as_stored(client: FlaskClient) -> None:
    upload(client, RED, label="cat")
    client.post("/dataset/images/delete", json={"photos": [1]})
    assert client.get("/dataset").json["total"] == 0
    said = body(upload(client, RED), UploadAnswer, 201)
    assert (said["stored"], said["restored"], said["duplicates"]) == (0, 1, 0)
    assert (said["results"][0]["outcome"], said["results"][0]["label"]) == ("restored", "cat")
    assert client.get("/dataset").json["total"] == 1


@pytest.mark.parametrize(
    "members",
    [
        {"../x.jpg": RED},
        {"/etc/x.jpg": RED},
        {"cat/bomb.jpg": b"\0" * 40_000_000},
    ],
    ids=["outside", "absolute", "bomb"],
)
def test_a_hostile_zip_is_refused(client: FlaskClient, members: dict[str, bytes]) -> None:
    problem(upload(client, zipped(members)), 422, "archive_refused")


def test_a_hostile_zip_does_not_keep_the_other_files_out(client: FlaskClient) -> None:
    said = body(upload(client, zipped({"../x.jpg": RED}), BLUE), UploadAnswer, 201)
    assert sorted(result["outcome"] for result in said["results"]) == ["refused", "stored"]


def test_a_zip_with_too_many_members_is_refused(begin: Begin) -> None:
    client = client_of(begin(max_archive_members=9_999))
    packed = zipped({f"cat/{number}.jpg": b"" for number in range(10_000)})
    assert "9999" in problem(upload(client, packed), 422, "archive_refused")


def test_a_zip_of_ten_thousand_empty_files_is_answered_file_by_file(client: FlaskClient) -> None:
    packed = zipped({f"cat/{number}.jpg": b"" for number in range(10_000)})
    response = upload(client, packed)
    problem(response, 422, "unreadable_image")
    assert len(response.json["results"]) == 10_000


def test_a_truncated_zip_is_refused(client: FlaskClient) -> None:
    packed = zipped({"cat/a.jpg": RED})
    assert upload(client, packed[: len(packed) // 2]).status_code == 422


def test_a_form_too_large_for_memory_is_read_through_one_file_on_disk(client: FlaskClient) -> None:
    photos = [photo(width=400, height=300, seed=seed) for seed in range(60)]
    assert sum(map(len, photos)) > 600_000
    said = body(upload(client, *photos), UploadAnswer, 201)
    assert said["stored"] == 60


def test_more_files_than_allowed_are_refused(begin: Begin) -> None:
    client = client_of(begin(max_files=3))
    problem(upload(client, *[b"x"] * 40), 413, "body_too_large")


def test_a_body_over_the_limit_is_refused(begin: Begin) -> None:
    client = client_of(begin(max_request_bytes=1_000))
    problem(upload(client, photo(width=400, height=300)), 413, "body_too_large")


def test_what_was_acknowledged_is_there_after_a_restart(begin: Begin) -> None:
    first = begin()
    body(upload(client_of(first), RED, label="cat"), UploadAnswer, 201)
    first.close()
    again = client_of(begin())
    assert again.get("/dataset/images/1").data == RED
    assert again.get("/dataset").json["labelled"] == 1
