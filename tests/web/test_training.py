"""Training over HTTP: what is refused before anything starts, and a run's life as clients see it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.training import (
    RunsAnswer,
    StopAnswer,
    SubmittedAnswer,
    TrainingStatusAnswer,
)
from tests.builders import photo
from tests.web.answers import body, file, problem
from tests.web.conftest import Begin, client_of


def upload(client: FlaskClient, count: int, label: str | None = None, first: int = 0) -> list[int]:
    """Upload `count` photos no two of which look alike; return their ids."""
    photos = [photo((37 * n % 256, 91 * n % 256, 53 * n % 256), seed=n) for n in range(first, first + count)]
    sent: dict[str, Any] = {"files[]": [file(data) for data in photos]} | ({"label": label} if label else {})
    return [result["id"] for result in client.post("/upload-data", data=sent).json["results"]]


@pytest.fixture
def ready(client: FlaskClient) -> FlaskClient:
    """A client of a service that has enough labelled photos."""
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    return client


def wait_for(client: FlaskClient, run_id: int, condition: Callable[[Any], bool]) -> Any:
    ends = time.monotonic() + 15
    while not condition(seen := client.get(f"/training-status?run_id={run_id}").json):
        assert time.monotonic() < ends, seen
        time.sleep(0.05)
    return seen


def test_before_any_run_the_status_is_idle(client: FlaskClient) -> None:
    assert client.get("/training-status").json == {"state": "idle"}


def test_training_is_accepted_at_once_and_can_be_followed_and_stopped(ready: FlaskClient) -> None:
    said = body(ready.post("/train", json={"epochs": 7}), SubmittedAnswer, 202)
    assert (said["kind"], said["state"], said["task"]) == ("train", "queued", "cats-vs-dogs")
    assert said["status_url"] == f"/training-status?run_id={said['run_id']}"
    wait_for(ready, said["run_id"], lambda seen: seen["state"] == "running")
    seen = body(ready.get(said["status_url"]), TrainingStatusAnswer)
    assert (seen["epochs"], seen["request"]["epochs"], seen["history"], seen["log"]) == (7, 7, [], [])
    assert ready.get("/status").json["training"]["run_id"] == said["run_id"]
    assert body(ready.post("/training/stop"), StopAnswer, 202)["run_id"] == said["run_id"]
    ended = wait_for(ready, said["run_id"], lambda seen: seen["state"] == "stopped")
    assert ended["stop_requested"]
    assert body(ready.get("/runs"), RunsAnswer)["runs"][0]["state"] == "stopped"


def test_a_completed_run_shows_its_epochs(begin: Begin) -> None:
    client = client_of(begin("works"))
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    run_id = client.post("/train").json["run_id"]
    wait_for(client, run_id, lambda seen: seen["state"] == "completed")
    seen = body(client.get("/training-status"), TrainingStatusAnswer)
    assert (seen["version"], seen["progress"], seen["epoch"]) == ("v1", 1.0, 1)
    assert seen["metrics"] == seen["history"][0] == {"epoch": 1, "loss": 0.1}
    assert seen["elapsed_s"] > 0


def test_a_crash_is_told_with_the_last_words(begin: Begin) -> None:
    client = client_of(begin("crashes"))
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    run_id = client.post("/train").json["run_id"]
    ended = wait_for(client, run_id, lambda seen: seen["state"] == "failed")
    assert "the last straw" in ended["error"]
    assert client.get("/health").status_code == 200


def test_a_second_run_is_refused_with_the_id_of_the_first(ready: FlaskClient) -> None:
    first = ready.post("/train").json["run_id"]
    for path in ("/train", "/retrain"):
        response = ready.post(path)
        problem(response, 409, "run_in_progress")
        assert response.json["run_id"] == first


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
        ({"files": [999], "labels": ["cat"]}, 404, "not_found", "no file '999'"),
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


def test_runs_that_never_were_are_not_found(client: FlaskClient) -> None:
    problem(client.get("/training-status?run_id=7"), 404, "not_found")
    problem(client.post("/training/stop", json={"run_id": 7}), 404, "not_found")
    problem(client.get("/training-status?run_id=x"), 400, "bad_parameter")
    problem(client.get(f"/training-status?run_id={10**30}"), 400, "bad_parameter")
    problem(client.post("/training/stop", json={"run_id": "x"}), 400, "malformed_request")
    problem(client.post("/training/stop"), 409, "conflict")


def test_runs_are_listed_by_task(ready: FlaskClient) -> None:
    ready.post("/train")
    assert len(ready.get("/runs").json["runs"]) == 1
    assert ready.get("/runs?task=birds").json == {"runs": []}
    assert ready.get("/training-status?task=birds").json == {"state": "idle"}
