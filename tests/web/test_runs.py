"""A run's life as clients see it: watched, stopped, continued."""

import os
import socket

from flask.testing import FlaskClient

from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.storage.database import Database
from lenswright.web.schemas.training import RunsAnswer, StopAnswer, SubmittedAnswer, TrainingStatusAnswer
from tests.web.answers import body, problem
from tests.web.conftest import Begin, client_of
from tests.web.ordering import upload, wait_for


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


def test_a_stopped_run_is_continued_by_another_with_the_same_request(ready: FlaskClient) -> None:
    first = ready.post("/tune", json={"trials": 7}).json["run_id"]
    ready.post("/training/stop")
    wait_for(ready, first, lambda seen: seen["state"] == "stopped")
    said = body(ready.post(f"/runs/{first}/resume"), SubmittedAnswer, 202)
    assert (said["kind"], said["run_id"]) == ("tune", first + 1)
    request = ready.get(said["status_url"]).json["request"]
    assert (request["trials"], request["resume_run"]) == (7, first)


def test_a_continued_run_is_continued_from_the_first_of_its_chain(ready: FlaskClient, begin: Begin) -> None:
    chain = [ready.post("/train").json["run_id"]]
    for _ in range(2):
        ready.post("/training/stop")
        wait_for(ready, chain[-1], lambda seen: seen["state"] == "stopped")
        chain.append(ready.post(f"/runs/{chain[-1]}/resume").json["run_id"])
    assert ready.get("/training-status").json["request"]["resume_run"] == chain[0]
    response = ready.post(f"/runs/{chain[0]}/resume")
    problem(response, 409, "run_in_progress")
    assert response.json["run_id"] == chain[-1]


def test_what_is_active_completed_or_unknown_is_not_continued(begin: Begin) -> None:
    client = client_of(begin("works"))
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    for number in ("7", "0", 10**30):
        problem(client.post(f"/runs/{number}/resume"), 404, "not_found")
    problem(client.post("/runs/x/resume"), 404, "unknown_path")
    run_id = client.post("/train").json["run_id"]
    wait_for(client, run_id, lambda seen: seen["state"] == "completed")
    detail = problem(client.post(f"/runs/{run_id}/resume"), 409, "conflict")
    assert detail == f"Training run {run_id} is completed: there is nothing to resume."
    problem(client.post("/train", json={"resume_run": run_id}), 409, "conflict")
    problem(client.post("/train", json={"resume_run": 99}), 404, "not_found")
    other = problem(client.post("/train?task=birds", json={"resume_run": run_id}), 422, "unusable_input")
    assert "a run of the task 'birds'" in other
    assert len(client.get("/runs").json["runs"]) == 1


def interrupted(database: Database) -> int:
    """Leave what a crash of the machine leaves: a running run, whose process is another's by now."""
    journal = Journal(database)
    run = journal.create(TrainingRequest(epochs=7), socket.gethostname())
    journal.start(run.id, os.getpid())
    return run.id


def test_an_interrupted_run_goes_on_when_the_service_starts(begin: Begin, database: Database) -> None:
    run_id = interrupted(database)
    client = client_of(begin("works"))
    first = body(client.get(f"/training-status?run_id={run_id}"), TrainingStatusAnswer)
    assert first["state"] == "failed"
    assert "interrupted" in first["error"]
    seen = wait_for(client, run_id + 1, lambda seen: seen["state"] == "completed")
    assert (seen["request"]["resume_run"], seen["request"]["epochs"]) == (run_id, 7)


def test_a_service_told_not_to_leaves_it_failed(begin: Begin, database: Database) -> None:
    run_id = interrupted(database)
    client = client_of(begin("works", resume_interrupted=False))
    assert [(run["run_id"], run["state"]) for run in client.get("/runs").json["runs"]] == [(run_id, "failed")]
