"""Frozen data sets over HTTP, and what models and the data set tell of them."""

import pytest
from flask.testing import FlaskClient

from lenswright.dataset.snapshots import freeze
from lenswright.dataset.statistics import labelled_photos
from lenswright.runs.request import TrainingRequest
from lenswright.web.schemas.dataset import DatasetAnswer
from lenswright.web.schemas.models import ModelDetailAnswer, ModelsAnswer
from lenswright.web.schemas.snapshots import SnapshotPhotosAnswer, SnapshotsAnswer
from lenswright.web.schemas.training import SubmittedAnswer, TrainingStatusAnswer
from lenswright.web.services import Services
from tests.dataset.history import bin_, change, forget
from tests.models import TASK, VERSION, tiny_summary, write_tiny_bundle
from tests.web.answers import body, problem
from tests.web.ordering import upload

LEARNT = "20991121-080000-0002"


@pytest.fixture
def learnt(ready: FlaskClient, services: Services) -> int:
    """The snapshot of a run that made the version `LEARNT`, which serves, from all photos there are."""
    run = services.journal.create(TrainingRequest(task=TASK), "another machine")
    snapshot = freeze(services.database, TASK, labelled_photos(services.database, TASK), clock=lambda: 5.0)
    services.journal.note_snapshot(run.id, snapshot)
    manifest = write_tiny_bundle(services.bundles, version=LEARNT, run_id=run.id, created_at=services.clock())
    services.versions.register(manifest, tiny_summary(services.bundles, manifest), None)
    services.journal.finish(run.id, "completed", version=LEARNT)
    services.promotion.promote(TASK, LEARNT, "better", by="test")
    return snapshot


def test_a_data_set_is_listed_with_its_run_and_its_model(ready: FlaskClient, learnt: int) -> None:
    said = body(ready.get("/dataset/snapshots"), SnapshotsAnswer)
    assert (said["page"], said["page_size"], said["total"]) == (1, 50, 1)
    entry = said["snapshots"][0]
    assert (entry["id"], entry["task"], entry["photos"]) == (learnt, TASK, 12)
    assert (entry["runs"], entry["versions"]) == ([1], [LEARNT])
    assert entry["created_at"] == "1970-01-01T00:00:05.000Z"
    run = body(ready.get("/training-status?run_id=1"), TrainingStatusAnswer)
    assert run["snapshot"] == learnt
    assert body(ready.get("/dataset/snapshots?task=birds"), SnapshotsAnswer)["total"] == 0
    assert (
        body(ready.get("/dataset/snapshots?page=1000000000&page_size=500"), SnapshotsAnswer)["snapshots"]
        == []
    )


def test_the_photos_of_a_data_set_come_in_pages_beside_what_they_are_now(
    ready: FlaskClient, services: Services, learnt: int
) -> None:
    first, second = labelled_photos(services.database, TASK)[:2]
    change(services.database, first, label="dog")
    bin_(services.database, second)
    said = body(ready.get(f"/dataset/snapshots/{learnt}?page_size=2"), SnapshotPhotosAnswer)
    assert (said["total"], said["page_size"], said["versions"]) == (12, 2, [LEARNT])
    assert [(one["label"], one["label_now"], one["gone"]) for one in said["photos"]] == [
        ("cat", "dog", False),
        ("cat", "cat", True),
    ]
    last = body(ready.get(f"/dataset/snapshots/{learnt}?page_size=5&page=3"), SnapshotPhotosAnswer)
    assert len(last["photos"]) == 2


@pytest.mark.parametrize("name", ["99", "0", str(2**62)])
def test_a_data_set_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    problem(client.get(f"/dataset/snapshots/{name}"), 404, "not_found")


@pytest.mark.parametrize("name", [str(2**63), "1" * 40, "x", "-1", "🐈"])
def test_what_is_no_number_of_a_data_set_is_no_path(client: FlaskClient, name: str) -> None:
    problem(client.get(f"/dataset/snapshots/{name}"), 404, "unknown_path")


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=501", f"page={10**20}"])
def test_a_page_that_cannot_be_is_refused(ready: FlaskClient, learnt: int, query: str) -> None:
    problem(ready.get(f"/dataset/snapshots?{query}"), 400, "bad_parameter")
    problem(ready.get(f"/dataset/snapshots/{learnt}?{query}"), 400, "bad_parameter")


@pytest.mark.parametrize("path", ["/train", "/tune", "/compare"])
def test_a_run_may_be_ordered_on_an_earlier_data_set(ready: FlaskClient, learnt: int, path: str) -> None:
    more = {"configurations": [{}]} if path == "/compare" else {}
    said = body(ready.post(path, json={"snapshot": learnt} | more), SubmittedAnswer, 202)
    assert ready.get(said["status_url"]).json["request"]["snapshot"] == learnt


def test_an_earlier_data_set_that_cannot_be_trained_on_is_refused(
    ready: FlaskClient, services: Services, learnt: int
) -> None:
    problem(ready.post("/train", json={"snapshot": 99}), 404, "not_found")
    other = ready.post("/train", json={"snapshot": learnt, "task": "birds"})
    assert f"Received: {learnt}, one of 'cats-vs-dogs'." in problem(other, 422, "unusable_input")
    for wrong in ("1", 0, -1, 2**63, 1.5, True, [1], "\x00", "🐈"):
        detail = problem(ready.post("/train", json={"snapshot": wrong}), 422, "unusable_input")
        assert "'snapshot' to be a whole number" in detail
    problem(ready.post("/retrain", json={"snapshot": learnt}), 422, "unusable_input")
    for photo in labelled_photos(services.database, TASK)[:4]:
        bin_(services.database, photo)
    problem(ready.post("/train", json={"snapshot": learnt}), 422, "not_enough_photos")


def test_models_tell_how_many_of_their_photos_were_forgotten(
    ready: FlaskClient, services: Services, learnt: int
) -> None:
    for photo in labelled_photos(services.database, TASK)[:2]:
        forget(services.database, photo)
    listed = body(ready.get("/models"), ModelsAnswer)["models"]
    assert {one["version"]: one["forgotten_photos"] for one in listed} == {VERSION: 0, LEARNT: 2}
    assert body(ready.get(f"/models/{LEARNT}"), ModelDetailAnswer)["forgotten_photos"] == 2


def test_the_data_set_tells_what_changed_since_the_champion(
    ready: FlaskClient, services: Services, learnt: int
) -> None:
    same = {"new": 0, "relabelled": 0, "removed": 0}
    assert body(ready.get("/dataset"), DatasetAnswer)["since_champion"] == same
    upload(ready, 3, "cat", first=20)
    corrected, removed = labelled_photos(services.database, TASK)[:2]
    change(services.database, corrected, label="dog")
    bin_(services.database, removed)
    changed = {"new": 3, "relabelled": 1, "removed": 1}
    assert body(ready.get("/dataset"), DatasetAnswer)["since_champion"] == changed
    services.promotion.promote(TASK, VERSION, "its data is not known", by="test")
    assert body(ready.get("/dataset"), DatasetAnswer)["since_champion"] is None


def test_a_data_set_of_another_task_is_not_found_where_a_task_is_named(
    ready: FlaskClient, learnt: int
) -> None:
    problem(ready.get(f"/dataset/snapshots/{learnt}?task=birds"), 404, "not_found")
    assert body(ready.get(f"/dataset/snapshots/{learnt}?task={TASK}"), SnapshotPhotosAnswer)["total"] == 12
