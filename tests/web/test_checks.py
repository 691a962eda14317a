"""The check of the data over HTTP: ordered like a run, read page by page."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.dataset.suggestions import Suggestion, replace_suggestions
from lenswright.runs.request import TrainingRequest
from lenswright.web.schemas.checks import (
    AdviceAnswer,
    ConflictsAnswer,
    DuplicatesAnswer,
    SuggestionsAnswer,
)
from lenswright.web.schemas.training import SubmittedAnswer
from lenswright.web.services import Services
from tests.builders import make_photo
from tests.web.answers import body, file, problem
from tests.web.ordering import upload, wait_for

TASK = "cats-vs-dogs"
ADVICE = {
    "curve": [{"photos": 10, "accuracy": 0.9}],
    "classes": [{"label": "cat", "photos": 6, "recall": 0.9, "gain": 0.1}],
    "pairs": [{"truth": "cat", "predicted": "dog", "count": 2}],
    "words": ["More photos help."],
}
LISTS: list[tuple[str, Any]] = [
    ("/dataset/suggestions", SuggestionsAnswer),
    ("/dataset/duplicates", DuplicatesAnswer),
    ("/dataset/conflicts", ConflictsAnswer),
]


def completed(services: Services, result: dict[str, Any], kind: str = "check", task: str = TASK) -> int:
    """Note a run that has completed."""
    run = services.journal.create(TrainingRequest(kind=kind, task=task), "elsewhere")  # type: ignore[arg-type]
    services.journal.finish(run.id, "completed", result=result)
    return run.id


def test_a_check_is_a_run_that_can_be_followed_and_stopped(ready: FlaskClient) -> None:
    said = body(ready.post("/dataset/check", json={"task": TASK, "seed": 3}), SubmittedAnswer, 202)
    assert (said["kind"], said["task"], said["state"]) == ("check", TASK, "queued")
    wait_for(ready, said["run_id"], lambda seen: seen["state"] == "running")
    problem(ready.post("/train"), 409, "run_in_progress")
    problem(ready.post("/dataset/check"), 409, "run_in_progress")
    assert ready.post("/training/stop", json={"run_id": said["run_id"]}).status_code == 202
    wait_for(ready, said["run_id"], lambda seen: seen["state"] not in ("queued", "running"))


def test_there_is_nothing_to_check_without_labelled_photos(client: FlaskClient) -> None:
    upload(client, 2)
    problem(client.post("/dataset/check"), 422, "not_enough_photos")


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"epochs": 3}, 422), ({"seed": -1}, 422), ({"task": "a/b"}, 422), ({"task": 7}, 422), ([], 400)],
)
def test_a_check_that_cannot_be_is_refused(ready: FlaskClient, sent: Any, status: int) -> None:
    response = ready.post("/dataset/check", json=sent)
    assert response.status_code == status, response.text


@pytest.mark.parametrize(("path", "model"), LISTS)
def test_lists_are_empty_before_there_is_anything(client: FlaskClient, path: str, model: Any) -> None:
    said = body(client.get(path), model)
    assert (said["page"], said["page_size"], said["total"]) == (1, 50, 0)
    assert body(client.get(f"{path}?task=other"), model)["total"] == 0


@pytest.mark.parametrize(("path", "model"), LISTS)
@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "page_size=501", "page_size=0", f"page={2**62}", f"task={'x' * 101}"],
)
def test_a_page_that_cannot_be_is_refused(client: FlaskClient, path: str, model: Any, query: str) -> None:
    problem(client.get(f"{path}?{query}"), 400, "bad_parameter")


@pytest.mark.parametrize(("path", "model"), LISTS)
def test_a_page_beyond_the_end_is_empty(client: FlaskClient, path: str, model: Any) -> None:
    said = body(client.get(f"{path}?page=1000000000&page_size=500"), model)
    assert (said["page"], said["total"]) == (1_000_000_000, 0)


def test_suggestions_tell_the_photo_both_labels_and_when_they_were_made(
    services: Services, ready: FlaskClient
) -> None:
    suggestion = Suggestion(2, "cat", "dog", 0.01234567, 0.9, 0.98)
    run_id = completed(services, {"advice": None})
    replace_suggestions(services.database, TASK, [suggestion], run_id=run_id, now=1.0)
    said = body(ready.get("/dataset/suggestions"), SuggestionsAnswer)
    (one,) = said["suggestions"]
    assert (one["photo"]["id"], one["photo"]["label"]) == (2, "cat")
    assert (one["given"], one["suggested"], one["self_confidence"]) == ("cat", "dog", 0.0123)
    assert (said["total"], said["run_id"]) == (1, run_id)
    assert said["checked_at"].endswith("Z")


def test_duplicates_are_groups_and_those_with_several_labels_can_be_asked_for(client: FlaskClient) -> None:
    for label, quality in (("cat", 90), ("cat", 70), ("dog", 50)):
        client.post("/upload-data", data={"files[]": [file(make_photo(quality=quality))], "label": label})
    for quality in (90, 70):
        client.post(
            "/upload-data", data={"files[]": [file(make_photo(seed=9, quality=quality))], "label": "cat"}
        )
    said = body(client.get("/dataset/duplicates"), DuplicatesAnswer)
    assert [(one["group"], one["count"], one["labels"]) for one in said["groups"]] == [
        (1, 3, ["cat", "dog"]),
        (4, 2, ["cat"]),
    ]
    assert [photo["id"] for photo in said["groups"][0]["photos"]] == [1, 2, 3]
    few = body(client.get("/dataset/duplicates?conflicting=true"), DuplicatesAnswer)
    assert (few["total"], few["groups"][0]["group"]) == (1, 1)


def test_conflicts_tell_both_labels_and_where_the_other_came_from(client: FlaskClient) -> None:
    for label in ("cat", "dog"):
        client.post("/upload-data", data={"files[]": [file(make_photo())], "label": label})
    (one,) = body(client.get("/dataset/conflicts"), ConflictsAnswer)["conflicts"]
    assert (one["photo"]["id"], one["photo"]["label"], one["other_label"], one["batch"]) == (
        1,
        "cat",
        "dog",
        2,
    )


def test_advice_is_that_of_the_last_completed_check_of_the_task(
    services: Services, client: FlaskClient
) -> None:
    problem(client.get("/dataset/advice"), 404, "not_found")
    completed(services, {"advice": {**ADVICE, "words": ["old"]}})
    run_id = completed(services, {"advice": ADVICE})
    completed(services, {"advice": {**ADVICE, "words": ["of another task"]}}, task="other")
    completed(services, {}, kind="train")
    stopped = services.journal.create(TrainingRequest(kind="check"), "elsewhere")
    services.journal.finish(stopped.id, "stopped")
    said = body(client.get("/dataset/advice"), AdviceAnswer)
    assert said["run_id"] == run_id
    assert {name: said[name] for name in ADVICE} == ADVICE


def test_a_check_of_one_class_has_no_advice_but_is_no_error(services: Services, client: FlaskClient) -> None:
    completed(services, {"advice": None})
    said = body(client.get("/dataset/advice"), AdviceAnswer)
    assert (said["curve"], said["words"]) == ([], [])
