"""Labels, the bin and confirmations over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.batches import EditWithEntriesAnswer
from lenswright.web.schemas.dataset import ImagesAnswer
from lenswright.web.schemas.edits import (
    ChangeAnswer,
    EditsAnswer,
    ForgottenAnswer,
    PhotoDetails,
    UndoAnswer,
)
from tests.builders import photo
from tests.web.answers import body, file, problem
from tests.web.ordering import upload

CHANGES = ("label", "delete", "restore", "confirm", "forget")


@pytest.fixture
def filled(client: FlaskClient) -> FlaskClient:
    """A client of a service with four cats, 1 to 4, and a photo without a label, 5."""
    upload(client, 4, "cat")
    upload(client, 1, first=4)
    return client


def change(client: FlaskClient, what: str, photos: list[int], **members: Any) -> Any:
    answer = client.post(f"/dataset/images/{what}", json={"photos": photos, **members})
    return body(answer, ForgottenAnswer if what == "forget" else ChangeAnswer)


def photos(client: FlaskClient, query: str = "") -> dict[int, Any]:
    said = body(client.get(f"/dataset/images?{query}"), ImagesAnswer)
    return {entry["id"]: entry for entry in said["photos"]}


def test_photos_get_a_label_and_lose_it(filled: FlaskClient) -> None:
    assert change(filled, "label", [1, 5], label="dog")["changed"] == 2
    assert sorted(photos(filled, "label=dog")) == [1, 5]
    assert change(filled, "label", [1], label=None)["changed"] == 1
    assert sorted(photos(filled, "unlabelled=true")) == [1]
    assert photos(filled)[1]["split"] == "train"
    assert change(filled, "label", [5], label="dog") == {"edit": None, "changed": 0}


def test_a_label_that_somebody_else_changed_is_a_conflict(filled: FlaskClient) -> None:
    change(filled, "label", [1], label="dog", expected="cat")
    asked = {"photos": [2, 1], "label": "dog", "expected": "cat"}
    detail = problem(filled.post("/dataset/images/label", json=asked), 409, "label_changed")
    assert "photo 1" in detail
    assert photos(filled)[2]["label"] == "cat"
    change(filled, "label", [5], label="dog", expected=None)
    unlabelled = {"photos": [5], "label": "cat", "expected": None}
    problem(filled.post("/dataset/images/label", json=unlabelled), 409, "label_changed")


def test_deleted_photos_are_in_the_bin_and_come_back(filled: FlaskClient) -> None:
    assert change(filled, "delete", [1, 2])["changed"] == 2
    assert sorted(photos(filled)) == [3, 4, 5]
    binned = photos(filled, "bin=true")
    assert sorted(binned) == [1, 2]
    assert binned[1]["deleted_at"].endswith("Z")
    assert filled.get(binned[1]["thumbnail_url"]).status_code == 200
    asked = {"photos": [1], "label": "dog"}
    detail = problem(filled.post("/dataset/images/label", json=asked), 404, "in_the_bin")
    assert "in the bin" in detail
    assert change(filled, "restore", [1])["changed"] == 1
    assert photos(filled)[1]["deleted_at"] is None


def test_a_confirmed_label_is_told(filled: FlaskClient) -> None:
    assert change(filled, "confirm", [1])["changed"] == 1
    assert [entry["confirmed"] for entry in photos(filled, "order=oldest").values()] == [True] + [False] * 4
    problem(filled.post("/dataset/images/confirm", json={"photos": [5]}), 422, "unusable_input")


def test_the_task_may_be_in_the_body_or_the_query(filled: FlaskClient) -> None:
    problem(filled.post("/dataset/images/delete", json={"photos": [1], "task": "birds"}), 404, "not_found")
    problem(filled.post("/dataset/images/delete?task=birds", json={"photos": [1]}), 404, "not_found")
    assert change(filled, "delete", [1], task="cats-vs-dogs")["changed"] == 1


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({}, 422, "unusable_input"),
        ({"photos": []}, 422, "unusable_input"),
        ({"photos": [1] * 10_001}, 422, "unusable_input"),
        ({"photos": 1}, 400, "malformed_request"),
        ({"photos": ["1"]}, 400, "malformed_request"),
        ({"photos": [True]}, 400, "malformed_request"),
        ({"photos": [2**70]}, 400, "malformed_request"),
        ({"photos": [2**62 - 1]}, 404, "not_found"),
        ({"photos": [-1]}, 404, "not_found"),
        ({"photos": [1], "task": 7}, 400, "malformed_request"),
        ({"photos": [1], "task": "???"}, 422, "unusable_input"),
    ],
)
def test_what_names_no_photos_is_refused(
    filled: FlaskClient, what: str, members: dict[str, Any], status: int, code: str
) -> None:
    label = {"label": "cat"} if what == "label" else {}
    problem(filled.post(f"/dataset/images/{what}", json=label | members), status, code)


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({}, 400, "malformed_request"),
        ({"label": 7}, 400, "malformed_request"),
        ({"label": ""}, 422, "unknown_label"),
        ({"label": "a/b"}, 422, "unknown_label"),
        ({"label": "\0"}, 422, "unknown_label"),
        ({"label": "cat", "expected": 7}, 400, "malformed_request"),
        ({"label": "dog", "expected": "\0"}, 409, "label_changed"),
    ],
)
def test_a_label_that_cannot_be_is_refused(
    filled: FlaskClient, members: dict[str, Any], status: int, code: str
) -> None:
    problem(filled.post("/dataset/images/label", json={"photos": [1]} | members), status, code)
    assert photos(filled)[1]["label"] == "cat"


def test_who_did_what_is_told(filled: FlaskClient) -> None:
    made = change(filled, "label", [1, 5], label="dog")["edit"]
    change(filled, "delete", [1])
    said = body(filled.get("/dataset/edits?page_size=2"), EditsAnswer)
    assert (said["total"], [entry["action"] for entry in said["edits"]]) == (4, ["delete", "relabel"])
    assert [entry["by"] for entry in said["edits"]] == ["api, 127.0.0.1"] * 2
    of_one = body(filled.get("/dataset/edits?photo=5"), EditsAnswer)
    assert [entry["action"] for entry in of_one["edits"]] == ["relabel", "upload"]
    whole = body(filled.get(f"/dataset/edits/{made}?outcome=relabelled"), EditWithEntriesAnswer)
    assert whole["counts"] == {"relabelled": 2}
    assert [(entry["photo_id"], entry["label_before"]) for entry in whole["entries"]] == [
        (1, "cat"),
        (5, None),
    ]


def test_an_edit_is_undone_and_what_changed_since_is_said(filled: FlaskClient) -> None:
    made = change(filled, "label", [1, 2], label="dog")["edit"]
    change(filled, "label", [2], label="bird", allow_new_label=True)
    undone = body(filled.post(f"/dataset/edits/{made}/undo"), UndoAnswer)
    assert (undone["changed"], undone["skipped_count"]) == (1, 1)
    assert undone["skipped"] == [{"photo_id": 2, "reason": "Its label is 'bird' now, not 'dog'."}]
    assert {number: photos(filled)[number]["label"] for number in (1, 2)} == {1: "cat", 2: "bird"}
    problem(filled.post(f"/dataset/edits/{made}/undo"), 409, "cannot_undo")


@pytest.mark.parametrize("number", [99, 2**31, 2**62])
def test_an_edit_that_never_was_is_not_found(client: FlaskClient, number: int) -> None:
    problem(client.get(f"/dataset/edits/{number}"), 404, "not_found")
    problem(client.post(f"/dataset/edits/{number}/undo"), 404, "not_found")
    problem(client.get(f"/dataset/images/{number}/details"), 404, "not_found")
    assert body(client.get(f"/dataset/edits?photo={number}"), EditsAnswer)["total"] == 0


def test_all_that_is_known_of_a_photo_is_told(filled: FlaskClient) -> None:
    change(filled, "label", [1], label="dog")
    change(filled, "delete", [1])
    said = body(filled.get("/dataset/images/1/details"), PhotoDetails)
    assert (said["label"], said["models"], said["group_photos"]) == ("dog", [], [])
    assert said["deleted_at"] is not None
    assert [(event["action"], event["entry"]["outcome"]) for event in said["edits"]] == [
        ("delete", "deleted"),
        ("relabel", "relabelled"),
        ("upload", "stored"),
    ]


def test_a_forgotten_photo_is_nowhere_any_more(filled: FlaskClient, tmp_path: Path) -> None:
    path = photos(filled)[1]["path"]
    filled.get("/dataset/images/1/thumbnail")
    said = body(filled.post("/dataset/images/forget", json={"photos": [1, 1]}), ForgottenAnswer)
    assert (said["changed"], said["models"]) == (1, [])
    assert not (tmp_path / path).exists()
    assert not list((tmp_path / "data" / "thumbnails").rglob("*.jpg"))
    for address in ("", "/thumbnail", "/details"):
        problem(filled.get(f"/dataset/images/1{address}"), 404, "not_found")
    assert sorted(photos(filled)) == [2, 3, 4, 5]
    problem(filled.post(f"/dataset/edits/{said['edit']}/undo"), 409, "cannot_undo")


def test_whose_bytes_stay_is_told_and_they_can_be_forgotten_everywhere(
    filled: FlaskClient, tmp_path: Path
) -> None:
    path = tmp_path / photos(filled)[1]["path"]
    for task in ("pets", "zoo"):
        sent = {"files[]": file(path.read_bytes()), "label": "cat", "task": task}
        assert filled.post("/upload-data", data=sent).status_code == 201
    filled.post("/dataset/images/delete", json={"photos": [7], "task": "zoo"})
    said = change(filled, "forget", [1, 2])
    assert (said["changed"], path.exists()) == (2, True)
    assert said["kept_for"] == [{"task": "pets", "photo_id": 6}, {"task": "zoo", "photo_id": 7}]
    said = change(filled, "forget", [6], task="pets", everywhere=True)
    assert (said["changed"], said["kept_for"], path.exists()) == (2, [], False)
    assert [(one["task"], one["changed"]) for one in said["edits"]] == [("pets", 1), ("zoo", 1)]
    for one in said["edits"]:
        told = filled.get(f"/dataset/edits/{one['edit']}").json
        assert (told["task"], told["counts"]) == (one["task"], {"forgotten": 1})
    problem(
        filled.post("/dataset/images/forget", json={"photos": [3], "everywhere": 1}), 400, "malformed_request"
    )


@pytest.mark.parametrize("what", CHANGES)
def test_a_member_that_no_endpoint_knows_is_refused(filled: FlaskClient, what: str) -> None:
    sent = {"photos": [1], "label": "dog", "expcted": "dog", "tsak": "birds"}
    detail = problem(filled.post(f"/dataset/images/{what}", json=sent), 400, "malformed_request")
    assert "'expcted', 'tsak'" in detail
    assert "photos, task" in detail
    assert photos(filled)[1]["label"] == "cat"


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(filled: FlaskClient, number: str) -> None:
    sent = f'{{"photos": [1], "label": {number}}}'
    problem(filled.post("/dataset/images/label", data=sent), 400, "malformed_request")


def test_an_edit_of_another_task_is_not_found_where_a_task_is_named(filled: FlaskClient) -> None:
    for what in ("edits", "batches"):
        problem(filled.get(f"/dataset/{what}/1?task=birds"), 404, "not_found")
        body(filled.get(f"/dataset/{what}/1?task=Cats vs Dogs"), EditWithEntriesAnswer)
    problem(filled.post("/dataset/edits/1/undo?task=birds"), 404, "not_found")
    problem(filled.post("/dataset/edits/1/undo", json={"task": "birds"}), 404, "not_found")
    problem(filled.post("/dataset/edits/1/undo", json={"tsak": "birds"}), 400, "malformed_request")
    done = body(filled.post("/dataset/edits/1/undo", json={"task": "cats-vs-dogs"}), UndoAnswer)
    assert (done["changed"], done["task"]) == (4, "cats-vs-dogs")
    assert done["undid"] == {"id": 1, "action": "upload"}


def test_a_label_that_the_task_does_not_know_is_meant_or_refused(filled: FlaskClient) -> None:
    asked = {"photos": [1], "label": "dgo"}
    detail = problem(filled.post("/dataset/images/label", json=asked), 422, "unknown_label")
    assert "cat, dog" in detail  # a photo is a cat; the model knows dogs
    assert photos(filled)[1]["label"] == "cat"
    assert change(filled, "label", [1], label="DOG")["changed"] == 1
    assert change(filled, "label", [2], label="bird", allow_new_label=True)["changed"] == 1
    assert change(filled, "label", [3], label="bird")["changed"] == 1
    problem(
        filled.post("/dataset/images/label", json=asked | {"allow_new_label": "yes"}),
        400,
        "malformed_request",
    )


def test_the_first_label_of_a_task_may_be_any(client: FlaskClient) -> None:
    sent = {"files[]": file(photo()), "task": "zoo"}
    number = client.post("/upload-data", data=sent).json["results"][0]["id"]
    assert change(client, "label", [number], task="zoo", label="emu")["changed"] == 1
