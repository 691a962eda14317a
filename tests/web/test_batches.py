"""`GET /dataset/batches`: every upload, file by file."""

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.batches import BatchesAnswer, EditWithEntriesAnswer
from tests.builders import photo
from tests.web.answers import body, file, problem

RED, BLUE = photo(seed=1), photo((30, 60, 200), seed=2)


@pytest.fixture
def uploaded(client: FlaskClient) -> FlaskClient:
    """A client of a service that took one upload of two photos and a broken file, and one of another task."""
    files = [file(RED, "red.jpg"), file(BLUE, "blue.jpg"), file(b"x", "x.jpg")]
    client.post("/upload-data", data={"files[]": files, "label": "cat", "source": " my  phone "})
    client.post("/upload-data", data={"files[]": file(RED), "task": "others"})
    return client


def test_an_answer_to_an_upload_names_its_batch(client: FlaskClient) -> None:
    said = client.post("/upload-data", data={"files[]": file(RED)}).json
    assert (said["batch"], said["results"][0]["batch"]) == (1, 1)
    refused = client.post("/upload-data", data={"files[]": file(b"x")}).json
    assert refused["batch"] == 2


def test_uploads_are_listed_with_who_and_what(uploaded: FlaskClient) -> None:
    said = body(uploaded.get("/dataset/batches"), BatchesAnswer)
    assert (said["total"], said["page"], said["page_size"]) == (1, 1, 50)
    (batch,) = said["batches"]
    assert (batch["id"], batch["action"], batch["source"]) == (1, "upload", "my phone")
    assert batch["counts"] == {"stored": 2, "refused": 1}
    assert batch["by"] == "api, 127.0.0.1"
    assert batch["at"] <= batch["ended_at"]
    assert len(uploaded.get("/dataset/batches?task=others").json["batches"]) == 1


def test_one_upload_is_told_file_by_file(uploaded: FlaskClient) -> None:
    said = body(uploaded.get("/dataset/batches/1?page_size=2"), EditWithEntriesAnswer)
    assert (said["total"], [entry["filename"] for entry in said["entries"]]) == (3, ["red.jpg", "blue.jpg"])
    said = body(uploaded.get("/dataset/batches/1?outcome=refused"), EditWithEntriesAnswer)
    assert [(entry["filename"], entry["code"]) for entry in said["entries"]] == [
        ("x.jpg", "unsupported_image")
    ]


@pytest.mark.parametrize("batch_id", [0, 3, 2**62])
def test_an_upload_that_never_was_is_not_found(uploaded: FlaskClient, batch_id: int) -> None:
    problem(uploaded.get(f"/dataset/batches/{batch_id}"), 404, "not_found")


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page_size=501", "page=99999999999999999999", "outcome=lost"]
)
def test_pages_that_cannot_be_are_refused(uploaded: FlaskClient, query: str) -> None:
    problem(uploaded.get(f"/dataset/batches/1?{query}"), 400, "bad_parameter")


@pytest.mark.parametrize("source", ["x" * 101, "a\x00b", "  "])
def test_a_source_that_cannot_be_is_refused(client: FlaskClient, source: str) -> None:
    response = client.post("/upload-data", data={"files[]": file(RED), "source": source})
    assert "Expected a source" in problem(response, 422, "unusable_input")
    assert client.get("/dataset").json["total"] == 0
