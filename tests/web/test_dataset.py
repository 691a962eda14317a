"""The data set over HTTP: counts, pages, and photos that a browser keeps."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from lenswright.web.schemas.dataset import DatasetAnswer, DistributionAnswer, ImagesAnswer
from tests.builders import photo
from tests.web.answers import body, file, problem


@pytest.fixture
def filled(client: FlaskClient) -> FlaskClient:
    """A client of a service with five labelled photos and one without a label."""
    colours = [(20, 20, 20), (220, 30, 30), (30, 220, 30), (30, 30, 220), (220, 220, 30)]
    photos = [file(photo(colour, seed=seed), f"{seed}.jpg") for seed, colour in enumerate(colours)]
    client.post("/upload-data", data={"files[]": photos, "label": "cat"})
    client.post("/upload-data", data={"files[]": file(photo((120, 20, 200), width=500, height=400, seed=9))})
    return client


def test_counts_and_problems_are_told(filled: FlaskClient) -> None:
    said = body(filled.get("/dataset"), DatasetAnswer)
    assert (said["total"], said["labelled"], said["unlabelled"]) == (6, 5, 1)
    assert [(entry["label"], entry["total"]) for entry in said["classes"]] == [("cat", 5)]
    assert "too_few_classes" in {entry["code"] for entry in said["problems"]}


def test_an_empty_task_is_no_error(client: FlaskClient) -> None:
    assert body(client.get("/dataset?task=birds"), DatasetAnswer)["total"] == 0


def test_photos_come_in_pages_and_by_label_and_split(filled: FlaskClient) -> None:
    said = body(filled.get("/dataset/images?page=2&page_size=4"), ImagesAnswer)
    assert (said["total"], said["page"], len(said["photos"])) == (6, 2, 2)
    labelled = body(filled.get("/dataset/images?label=cat"), ImagesAnswer)
    assert {entry["label"] for entry in labelled["photos"]} == {"cat"}
    tests = body(filled.get("/dataset/images?split=test"), ImagesAnswer)
    assert {entry["split"] for entry in tests["photos"]} == {"test"}


def test_photos_are_narrowed_down_by_where_they_came_from(filled: FlaskClient) -> None:
    def ids(query: str) -> list[int]:
        said = body(filled.get(f"/dataset/images?{query}"), ImagesAnswer)
        return [entry["id"] for entry in said["photos"]]

    assert ids("unlabelled=true") == [6]
    assert ids("order=oldest&q=3.JPG") == [4]
    assert ids("source=upload&batch=2") == [6]
    assert ids("bin=true") == ids("source=elsewhere") == ids(f"batch={2**62}") == []


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page_size=501",
        "split=other",
        f"page={10**20}",
        "label=" + "x" * 101,
        "source=" + "x" * 101,
        f"batch={2**63}",
        "batch=-1",
        "problem=ugly",
        "bin=perhaps",
        "order=best",
        "q=" + "x" * 256,
    ],
)
def test_pages_that_cannot_be_are_refused(client: FlaskClient, query: str) -> None:
    problem(client.get(f"/dataset/images?{query}"), 400, "bad_parameter")


def test_a_photo_comes_back_byte_for_byte_and_is_kept_by_the_browser(filled: FlaskClient) -> None:
    first = filled.get("/dataset/images/6")
    assert first.data == photo((120, 20, 200), width=500, height=400, seed=9)
    assert first.content_type == "image/jpeg"
    assert "immutable" in first.headers["Cache-Control"]
    again = filled.get("/dataset/images/6", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_thumbnail_is_small_and_is_kept_by_the_browser(filled: FlaskClient) -> None:
    first = filled.get("/dataset/images/6/thumbnail")
    assert max(Image.open(io.BytesIO(first.data)).size) <= 192
    headers = {"If-None-Match": first.headers["ETag"]}
    assert filled.get("/dataset/images/6/thumbnail", headers=headers).status_code == 304


@pytest.mark.parametrize("photo_id", ["7", str(10**12)])
def test_a_photo_that_never_was_is_not_found(filled: FlaskClient, photo_id: str) -> None:
    problem(filled.get(f"/dataset/images/{photo_id}"), 404, "not_found")
    problem(filled.get(f"/dataset/images/{photo_id}/thumbnail"), 404, "not_found")


@pytest.mark.parametrize("photo_id", ["x", "-1", str(10**30)])
def test_an_address_that_names_no_photo_is_unknown(client: FlaskClient, photo_id: str) -> None:
    problem(client.get(f"/dataset/images/{photo_id}"), 404, "unknown_path")


def test_the_distribution_is_told(filled: FlaskClient) -> None:
    said = body(filled.get("/dataset/distribution"), DistributionAnswer)
    assert said["per_class"] == [{"label": "cat", "count": 5}]
    assert sum(said["width"]["counts"]) == sum(said["brightness"]["counts"]) == 6
    empty = body(filled.get("/dataset/distribution?task=birds"), DistributionAnswer)
    assert (empty["width"], empty["formats"]) == ({"edges": [], "counts": []}, {})


def test_a_thumbnail_is_kept_on_disk(filled: FlaskClient, tmp_path: Path) -> None:
    first = filled.get("/dataset/images/6/thumbnail")
    (kept,) = (tmp_path / "data" / "thumbnails").rglob("*.jpg")
    assert kept.read_bytes() == first.data
    kept.write_bytes(b"as it was kept")
    assert filled.get("/dataset/images/6/thumbnail").data == b"as it was kept"
