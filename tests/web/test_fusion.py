"""A task made of others over HTTP: what is answered, and what is refused."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.fusion import FuseAnswer
from tests.builders import photo
from tests.web.answers import body, file, problem

DOGS = {"task": "dogs", "map": {"*": "dog"}}
PETS = {"task": "pets", "sources": [DOGS, {"task": "Cats", "map": {"CAT": "cat"}}]}


@pytest.fixture
def two_tasks(client: FlaskClient) -> FlaskClient:
    """A client of a service with four breeds of two photos each, and three cats."""
    number = 0
    for task, label, count in [("dogs", f"breed {n}", 2) for n in range(4)] + [("cats", "cat", 3)]:
        for _ in range(count):
            number += 1
            colour = (37 * number % 256, 91 * number % 256, 53 * number % 256)
            sent = {"files[]": file(photo(colour, seed=number)), "label": label, "task": task}
            assert client.post("/upload-data", data=sent).status_code == 201
    return client


def test_a_task_is_made_of_others(two_tasks: FlaskClient) -> None:
    said = body(two_tasks.post("/dataset/fuse", json=PETS), FuseAnswer)
    assert (said["task"], said["stored"], said["classes"]) == ("pets", 11, {"cat": 3, "dog": 8})
    assert said["held_out"] == {}
    sources = two_tasks.get("/dataset?task=pets").json["sources"]
    assert sources == {f"dogs/breed {n}": 2 for n in range(4)} | {"cats/cat": 3}
    again = body(two_tasks.post("/dataset/fuse", json=PETS), FuseAnswer)
    assert (again["stored"], again["duplicates"]) == (0, 11)


def test_whole_labels_are_held_out(two_tasks: FlaskClient) -> None:
    said = body(two_tasks.post("/dataset/fuse", json=PETS | {"hold_out": 0.25, "seed": 3}), FuseAnswer)
    assert {label: len(names) for label, names in said["held_out"].items()} == {"dog": 1}
    assert said["splits"]["test"] == 2 + 1  # a breed, and a cat


def test_a_map_may_be_left_out_and_the_task_be_in_the_query(two_tasks: FlaskClient) -> None:
    said = body(two_tasks.post("/dataset/fuse?task=all", json={"sources": [{"task": "dogs"}]}), FuseAnswer)
    assert (said["task"], sorted(said["classes"])) == ("all", [f"breed {n}" for n in range(4)])


def test_it_is_among_the_edits_with_who_asked(two_tasks: FlaskClient) -> None:
    edit = two_tasks.post("/dataset/fuse", json=PETS).json["edit"]
    told = two_tasks.get(f"/dataset/batches/{edit}").json
    assert (told["action"], told["by"], told["counts"]) == ("fuse", "api, 127.0.0.1", {"stored": 11})


def test_it_can_be_undone_and_done_again(two_tasks: FlaskClient) -> None:
    edit = two_tasks.post("/dataset/fuse", json=PETS).json["edit"]
    undone = two_tasks.post(f"/dataset/edits/{edit}/undo").json
    assert (undone["changed"], undone["skipped"]) == (11, [])
    assert two_tasks.get("/dataset?task=pets").json["total"] == 0
    assert two_tasks.get("/dataset?task=dogs").json["total"] == 8
    again = body(two_tasks.post("/dataset/fuse", json=PETS), FuseAnswer)
    assert (again["restored"], again["classes"]) == (11, {"cat": 3, "dog": 8})


def test_a_task_keeps_what_was_held_out_when_it_was_made(two_tasks: FlaskClient) -> None:
    made = two_tasks.post("/dataset/fuse", json=PETS | {"hold_out": 0.25, "seed": 3}).json
    for other in ({"hold_out": 0.5}, {"seed": 4}, {"hold_out": 0, "seed": 3}):
        refused = two_tasks.post("/dataset/fuse", json=PETS | other)
        assert "hold_out 0.25, seed 3" in problem(refused, 422, "unusable_input")
    for same in ({}, {"hold_out": 0.25}, {"seed": 3}):
        again = body(two_tasks.post("/dataset/fuse", json=PETS | same), FuseAnswer)
        assert (again["held_out"], again["duplicates"]) == (made["held_out"], 11)
        assert two_tasks.get(f"/dataset/edits/{again['edit']}").json["detail"]["hold_out"] == 0.25


@pytest.mark.parametrize(
    ("sent", "status", "code", "words"),
    [
        ({"sources": [{"task": "birds"}]}, 404, "not_found", "There are: cats, dogs."),
        ({"sources": [{"task": "dogs", "map": {"poodle": "dog"}}]}, 422, "unknown_label", "breed 0, breed 1"),
        ({"sources": [{"task": "dogs", "map": {"*": "a/b"}}]}, 422, "unknown_label", "slashes"),
        ({"sources": [{"task": "pets"}]}, 422, "unusable_input", "other than the task 'pets'"),
        ({"sources": []}, 422, "unusable_input", "sources"),
        ({}, 422, "unusable_input", "sources: Field required"),
        ({"hold_out": 0.9}, 422, "unusable_input", "hold_out"),
        ({"hold_out": True}, 422, "unusable_input", "hold_out"),
        ({"seed": 2**70}, 422, "unusable_input", "seed"),
        ({"seed": 0.5}, 422, "unusable_input", "seed"),
        ({"sources": ["dogs"]}, 422, "unusable_input", "sources.0"),
        ({"sources": [{"task": "dogs", "map": {"*": 7}}]}, 422, "unusable_input", "sources.0.map.*"),
        ({"sources": [{"task": "///"}]}, 422, "unusable_input", "task name"),
        ({"sources": [{"task": "dogs", "map": {"\0": "x"}}]}, 422, "unknown_label", "printing characters"),
        ({"task": "x" * 60, "sources": [DOGS]}, 422, "unusable_input", "50 letters"),
        ({"labels": 1}, 400, "malformed_request", "hold_out, seed, sources, task. Received: 'labels'"),
        ({"task": "My Pets"}, 422, "unusable_input", "'my-pets'. Received: 'My Pets'"),
    ],
)
def test_what_cannot_be_fused_is_refused_with_what_was_expected(
    two_tasks: FlaskClient, sent: dict[str, Any], status: int, code: str, words: str
) -> None:
    sent = sent if sent == {} else {"task": "pets", "sources": [DOGS]} | sent
    assert words in problem(two_tasks.post("/dataset/fuse", json=sent), status, code)


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"task": "\\ud800"}', b'{"hold_out": NaN, "sources": [1]}'])
def test_what_is_no_json_object_is_refused(client: FlaskClient, data: bytes) -> None:
    assert client.post("/dataset/fuse", data=data).status_code in (400, 422)
