"""Training ordered over HTTP: what is accepted, and what is refused before anything starts."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.runs.request import TrainingRequest
from lenswright.web.schemas.training import OptionsAnswer, SubmittedAnswer
from tests.web.answers import body, problem
from tests.web.ordering import upload

ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("train", {}),
    ("retrain", {}),
    ("tune", {"trials": 5}),
    ("compare", {"configurations": [{"preset": "fast"}, {"preset": "best", "epochs": 3}]}),
]


@pytest.mark.parametrize(("kind", "asked"), ORDERS)
def test_an_order_of_every_kind_becomes_a_run_with_what_was_asked(
    ready: FlaskClient, kind: str, asked: dict[str, Any]
) -> None:
    said = body(ready.post(f"/{kind}", json=asked | {"dropout": 0.5}), SubmittedAnswer, 202)
    assert (said["kind"], said["state"], said["task"]) == (kind, "queued", "cats-vs-dogs")
    request = ready.get(said["status_url"]).json["request"]
    assert request.items() >= (asked | {"kind": kind, "dropout": 0.5, "resume_run": None}).items()


@pytest.mark.parametrize(("kind", "asked"), ORDERS)
def test_no_order_is_taken_without_enough_photos_or_beside_another_run(
    client: FlaskClient, kind: str, asked: dict[str, Any]
) -> None:
    problem(client.post(f"/{kind}", json=asked), 422, "not_enough_photos")
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    running = client.post("/train").json["run_id"]
    response = client.post(f"/{kind}", json=asked)
    problem(response, 409, "run_in_progress")
    assert response.json["run_id"] == running


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("/train", {"trials": 5}, "Received also: trials."),
        ("/train", {"version": "v1"}, "Received also: version."),
        ("/tune", {"configurations": [{}]}, "Received also: configurations."),
        ("/tune", {"trials": 0}, "'trials' to be a whole number from 1 to 200"),
        ("/compare", {}, "'configurations' to be a list of 1 to 20 objects"),
        (
            "/compare",
            {"configurations": [{}, {"views": 17}]},
            "'configurations[1].views' to be a whole number",
        ),
        ("/train", {"resume_run": 0}, "'resume_run' to be a whole number"),
    ],
)
def test_an_order_that_cannot_be_is_refused(ready: FlaskClient, path: str, asked: Any, words: str) -> None:
    assert words in problem(ready.post(path, json=asked), 422, "unusable_input")
    assert ready.get("/runs").json == {"runs": []}


def test_the_address_says_which_kind_of_run_is_meant(ready: FlaskClient) -> None:
    again = TrainingRequest(kind="retrain", epochs=9).to_json()
    assert body(ready.post("/train", json=again), SubmittedAnswer, 202)["kind"] == "train"


def test_the_options_tell_what_can_be_asked_for(ready: FlaskClient) -> None:
    said = body(ready.get("/training/options"), OptionsAnswer)
    assert (said["task"], [preset["name"] for preset in said["presets"]]) == (
        "cats-vs-dogs",
        ["fast", "best", "scratch"],
    )
    assert all(preset["expected_s"] >= 15 for preset in said["presets"])
    (epochs,) = (field for field in said["fields"] if field["name"] == "epochs")
    assert (epochs["type"], epochs["default"], epochs["least"], epochs["most"]) == ("integer", 60, 1, 1000)
    assert body(ready.get("/training/options?task=birds"), OptionsAnswer)["task"] == "birds"
    problem(ready.get("/training/options?task=***"), 422, "unusable_input")


def test_the_files_of_an_upload_are_labelled_and_trained_on(client: FlaskClient) -> None:
    ids = upload(client, 12)
    labels = ["cat", "dog"] * 6
    said = body(client.post("/retrain", json={"files": ids, "labels": labels}), SubmittedAnswer, 202)
    assert (said["kind"], said["labelled"]) == ("retrain", 12)
    assert client.get("/dataset").json["labelled"] == 12


def test_files_may_be_named_by_path(client: FlaskClient) -> None:
    upload(client, 12)
    paths = [entry["path"] for entry in client.get("/dataset/images").json["photos"]]
    response = client.post("/retrain", json={"files": paths, "labels": ["cat", "dog"] * 6})
    assert body(response, SubmittedAnswer, 202)["labelled"] == 12


def test_a_label_never_seen_is_refused_with_the_known_ones(ready: FlaskClient) -> None:
    (new,) = upload(ready, 1, first=50)
    asked = {"files": [new], "labels": ["wombat"]}
    detail = problem(ready.post("/retrain", json=asked), 422, "unknown_label")
    assert "cat, dog" in detail
    assert "'wombat'" in detail
    assert ready.get("/dataset").json["labelled"] == 12
    detail = problem(
        ready.post("/retrain", json=asked | {"allow_new_labels": True}), 422, "not_enough_photos"
    )
    assert "wombat: 1" in detail


def test_a_known_label_in_another_case_is_the_known_one(ready: FlaskClient) -> None:
    (new,) = upload(ready, 1, first=50)
    body(ready.post("/retrain", json={"files": [new], "labels": ["CAT"]}), SubmittedAnswer, 202)
    assert {entry["label"] for entry in ready.get("/dataset").json["classes"]} == {"cat", "dog"}


@pytest.mark.parametrize(
    ("asked", "status", "code", "words"),
    [
        ({"files": [999], "labels": ["cat"]}, 404, "not_found", "no photo '999'"),
        ({"files": ["uploads/../x"], "labels": ["cat"]}, 404, "not_found", "no file"),
        ({"files": [10**40], "labels": ["cat"]}, 400, "malformed_request", "files"),
        ({"files": [1, 2], "labels": ["cat"]}, 422, "unusable_input", "2 files and 1 labels"),
        ({"files": [1], "labels": []}, 422, "unusable_input", "1 files and 0 labels"),
        ({"files": [1], "labels": [7]}, 400, "malformed_request", "labels"),
        ({"files": "1", "labels": ["cat"]}, 400, "malformed_request", "files"),
        ({"files": [True], "labels": ["cat"]}, 400, "malformed_request", "files"),
        ({"files": [1], "labels": ["a/b"]}, 422, "unknown_label", "slashes"),
        ({"epochs": 0}, 422, "unusable_input", "from 1 to 1000"),
        ({"epoch": 3}, 422, "unusable_input", "Received also: epoch"),
        ({"task": "***"}, 422, "unusable_input", "task name"),
        ({"task": "empty"}, 422, "not_enough_photos", "at least 2 classes. Received: none"),
    ],
)
def test_a_retraining_that_cannot_be_is_refused(
    ready: FlaskClient, asked: Any, status: int, code: str, words: str
) -> None:
    assert words in problem(ready.post("/retrain", json=asked), status, code)
    assert ready.get("/training-status").json == {"state": "idle"}


def test_training_with_one_class_or_three_photos_is_refused_before_it_starts(client: FlaskClient) -> None:
    upload(client, 6, "cat")
    assert "cat: 6" in problem(client.post("/train"), 422, "not_enough_photos")
    upload(client, 3, "dog", first=6)
    assert "dog: 3" in problem(client.post("/train"), 422, "not_enough_photos")
    assert client.get("/runs").json == {"runs": []}


@pytest.mark.parametrize(
    "text", ["{", "[]", '"train"', "NaN", '{"task": "\\ud800"}', b"\xff\xfe", "[" * 99_999]
)
def test_a_body_that_is_no_json_object_is_malformed(client: FlaskClient, text: str | bytes) -> None:
    problem(client.post("/train", data=text), 400, "malformed_request")


def test_json_is_read_whatever_the_content_type_says(ready: FlaskClient) -> None:
    sent = {"data": '{"seed": 5}', "content_type": "application/x-www-form-urlencoded"}
    run_id = body(ready.post("/train", **sent), SubmittedAnswer, 202)["run_id"]
    assert ready.get(f"/training-status?run_id={run_id}").json["request"]["seed"] == 5
