"""Feedback and the review queue: from a prediction to a photo that is trained on."""

import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.dataset.statistics import labelled_photos
from lenswright.dataset.suggestions import Suggestion, replace_suggestions
from lenswright.storage.dataset_tables import EditRow
from lenswright.web.schemas.dataset import DatasetAnswer
from lenswright.web.schemas.review import DecidedAnswer, FeedbackAnswer, ReviewAnswer
from lenswright.web.schemas.status import StatusAnswer
from lenswright.web.services import Services
from tests.builders import photo
from tests.models import VERSION, photo_of
from tests.web.answers import body, file, problem
from tests.web.conftest import Begin, client_of
from tests.web.ordering import upload

CAT, DOG = photo_of(0), photo_of(1)
BETWEEN = photo((140, 30, 120))  # neither a cat nor a dog to the tiny model, which calls it unknown
TASK = "cats-vs-dogs"


@pytest.fixture
def keeping(begin: Begin, with_model: None) -> Services:
    return begin(keep_predicted_photos="unsure")


@pytest.fixture
def keeper(keeping: Services) -> FlaskClient:
    return client_of(keeping)


def predicted(client: FlaskClient, data: bytes = BETWEEN, request_id: str = "r-1") -> Any:
    return client.post("/predict", data=data, headers={"X-Request-ID": request_id}).json


def told(client: FlaskClient, request_id: str, label: str, **more: Any) -> Any:
    return client.post("/feedback", json={"request_id": request_id, "label": label, **more})


def queue(client: FlaskClient, query: str = "") -> Any:
    return body(client.get(f"/review{query}"), ReviewAnswer)["items"]


def settled(services: Services, *request_ids: str) -> None:
    """Wait for the photos of these requests to be in the data set."""
    for request_id in request_ids or ("r-1",):
        services.kept_photos.settle(request_id)


def test_an_unsure_photo_is_kept_reviewed_and_then_trained_on(keeper: FlaskClient, keeping: Services) -> None:
    said = predicted(keeper)
    assert said["status"] != "accepted"
    settled(keeping)
    (item,) = queue(keeper)
    assert (item["kind"], item["given"], item["suggested"]) == ("unknown", None, None)
    assert (item["predicted_class"], item["confidence"]) == (said["predicted_class"], said["confidence"])
    assert item["photo"]["source"] == "predicted"
    assert body(keeper.get("/dataset"), DatasetAnswer)["to_review"] == 1

    noted = body(told(keeper, "r-1", "cat" if said["predicted_class"] == "dog" else "dog"), FeedbackAnswer)
    assert (noted["kept"], noted["right"], noted["waits"]) == (True, False, True)
    (item,) = queue(keeper)
    assert (item["kind"], item["id"]) == ("feedback", str(noted["review"]))
    assert labelled_photos(keeping.database, TASK) == []

    done = body(keeper.post(f"/review/{item['id']}", json={"label": item["suggested"]}), DecidedAnswer)
    assert (done["decision"], done["photo_id"]) == ("accepted", item["photo"]["id"])
    (learnt,) = labelled_photos(keeping.database, TASK)
    assert (learnt.id, learnt.label) == (item["photo"]["id"], item["suggested"])
    assert queue(keeper) == []
    with keeping.database.reading() as session:
        edit = session.get_one(EditRow, done["edit"])
    assert (edit.action, edit.by) == ("relabel", "api, 127.0.0.1")


def test_an_item_of_another_task_is_not_found_where_a_task_is_named(
    keeper: FlaskClient, keeping: Services
) -> None:
    predicted(keeper)
    settled(keeping)
    (item,) = queue(keeper)
    path = f"/review/{item['id']}"
    problem(keeper.post(path, json={"drop": True, "task": "birds"}), 404, "not_found")
    problem(keeper.post(f"{path}?task=birds", json={"drop": True}), 404, "not_found")
    assert "'dorp'" in problem(keeper.post(path, json={"dorp": True}), 400, "malformed_request")
    assert len(queue(keeper)) == 1
    assert body(keeper.post(path, json={"drop": True, "task": TASK}), DecidedAnswer)["decision"] == "dropped"


def test_feedback_with_a_member_that_is_none_is_refused(client: FlaskClient) -> None:
    assert "'lable'" in problem(told(client, "r-1", "cat", lable="dog"), 400, "malformed_request")
    form = {"image": file(BETWEEN), "label": "cat", "allow_new": "true"}
    assert "'allow_new'" in problem(client.post("/feedback", data=form), 400, "malformed_request")


def test_no_photo_is_kept_unless_the_settings_ask_for_it(client: FlaskClient, services: Services) -> None:
    predicted(client)
    settled(services)
    assert queue(client) == []
    noted = body(told(client, "r-1", "cat"), FeedbackAnswer)
    assert (noted["kept"], noted["photo_id"], noted["waits"]) == (False, None, False)
    assert "-F image=@photo.jpg" in noted["hint"]
    assert client.get("/dataset").json["total"] == 0


def test_sure_answers_are_kept_only_with_all_and_ask_nobody(begin: Begin, with_model: None) -> None:
    services = begin(keep_predicted_photos="all")
    client = client_of(services)
    assert predicted(client, CAT)["status"] == "accepted"
    settled(services)
    found = body(client.get("/dataset"), DatasetAnswer)
    assert (found["sources"], found["to_review"]) == ({"predicted": 1}, 0)
    assert "unlabelled_photos" not in [one["code"] for one in found["problems"]]


def test_feedback_that_agrees_labels_the_kept_photo_at_once(keeper: FlaskClient, keeping: Services) -> None:
    said = predicted(keeper)
    noted = body(told(keeper, "r-1", said["predicted_class"]), FeedbackAnswer)
    assert (noted["right"], noted["kept"], noted["waits"]) == (True, True, False)
    (learnt,) = labelled_photos(keeping.database, TASK)
    assert (learnt.id, learnt.label) == (noted["photo_id"], said["predicted_class"])
    assert queue(keeper) == []


def test_the_status_counts_right_and_wrong_answers_of_the_present_version(client: FlaskClient) -> None:
    for number, label in enumerate(("cat", "cat", "dog")):
        predicted(client, photo_of(0, seed=number), f"r-{number}")
        told(client, f"r-{number}", label)
    told(client, "r-1", "CAT")  # once more on the same prediction
    said = body(client.get("/status"), StatusAnswer)
    assert (said["feedback"], said["model_version"]) == ({"right": 2, "wrong": 1}, VERSION)


def test_a_photo_sent_along_is_kept_for_review(client: FlaskClient) -> None:
    sent = {"image": file(DOG, "rex.jpg"), "label": "cat"}
    noted = body(client.post("/feedback", data=sent), FeedbackAnswer)
    assert (noted["kept"], noted["right"], noted["waits"]) == (True, None, True)
    (item,) = queue(client)
    assert (item["photo"]["filename"], item["suggested"], item["predicted_class"]) == ("rex.jpg", "cat", None)


def test_a_photo_sent_along_later_joins_its_prediction(client: FlaskClient) -> None:
    predicted(client, DOG)
    first = body(told(client, "r-1", "cat"), FeedbackAnswer)
    sent = {"file": file(DOG), "label": "cat", "request_id": "r-1", "allow_new_label": "false"}
    second = body(client.post("/feedback", data=sent), FeedbackAnswer)
    assert (second["review"], second["kept"], second["right"]) == (first["review"], True, False)
    (item,) = queue(client)
    assert (item["predicted_class"], item["suggested"]) == ("dog", "cat")
    assert client.get("/status").json["feedback"] == {"right": 0, "wrong": 1}


def test_feedback_that_the_data_set_says_already_needs_nobody(client: FlaskClient) -> None:
    client.post("/upload-data", data={"files[]": file(DOG), "label": "dog"})
    noted = body(client.post("/feedback", data={"image": file(DOG), "label": "dog"}), FeedbackAnswer)
    assert (noted["kept"], noted["waits"]) == (True, False)


def test_feedback_against_a_label_of_the_data_set_shows_both(client: FlaskClient) -> None:
    client.post("/upload-data", data={"files[]": file(DOG), "label": "dog"})
    client.post("/feedback", data={"image": file(DOG), "label": "cat"})
    (item,) = queue(client, "?kind=feedback")
    assert (item["given"], item["suggested"]) == ("dog", "cat")
    done = body(client.post(f"/review/{item['id']}", json={"confirm": True}), DecidedAnswer)
    assert client.get("/dataset/images").json["photos"][0]["confirmed"] is True
    assert (done["decision"], queue(client)) == ("accepted", [])


def test_of_two_predictions_with_one_request_id_the_newest_counts(client: FlaskClient) -> None:
    predicted(client, CAT)
    predicted(client, DOG)
    client.get("/health", headers={"X-Request-ID": "r-1"})
    assert body(told(client, "r-1", "dog"), FeedbackAnswer)["right"] is True


def test_of_two_kept_predictions_with_one_request_id_the_newest_counts(
    keeper: FlaskClient, keeping: Services
) -> None:
    predicted(keeper, photo((120, 40, 120), seed=1))
    predicted(keeper, photo((130, 30, 110), seed=2))
    settled(keeping)
    newest = max(item["photo"]["id"] for item in queue(keeper))
    assert told(keeper, "r-1", "cat").json["photo_id"] == newest


@pytest.mark.parametrize(
    ("sent", "status", "code", "words"),
    [
        ({"json": {"request_id": "nobody", "label": "cat"}}, 404, "not_found", "-F image=@photo.jpg"),
        ({"json": {"request_id": "\0", "label": "cat"}}, 404, "not_found", "There is no prediction"),
        ({"json": {"request_id": "x" * 5000, "label": "cat"}}, 404, "not_found", "There is no prediction"),
        ({"json": {"request_id": 7, "label": "cat"}}, 400, "malformed_request", "request_id"),
        ({"json": {"request_id": "r-1"}}, 400, "malformed_request", "'label'"),
        ({"json": {"label": "cat"}}, 400, "malformed_request", "neither"),
        ({"json": {"request_id": "r-1", "label": "parrot"}}, 422, "unknown_label", "cat, dog"),
        ({"json": {"request_id": "r-1", "label": "a/b"}}, 422, "unknown_label", "without slashes"),
        ({"json": {"request_id": "r-1", "label": "cat", "task": "!!!"}}, 422, "unusable_input", "task name"),
        ({"json": {"request_id": "r-1", "label": "cat", "task": "other"}}, 404, "not_found", "of 'other'"),
        ({"data": {"image": file(CAT), "label": "x", "task": "other"}}, 422, "unknown_label", "none so far"),
        ({"data": b"{", "content_type": "application/json"}, 400, "malformed_request", "cannot be read"),
        ({"data": {"label": "cat"}, "content_type": "multipart/form-data"}, 400,
         "malformed_request", "neither"),
        ({"data": {"image": "text", "label": "cat"}, "content_type": "multipart/form-data"}, 400,
         "malformed_request", "Received: text"),
        ({"data": {"image": file(b"no photo"), "label": "cat"}}, 422, "unusable_input", "was refused"),
        ({"data": {"image": file(CAT), "label": "cat", "allow_new_label": "perhaps"}}, 400,
         "malformed_request", "allow_new_label"),
    ],
)  # fmt: skip
def test_bad_feedback_is_refused_with_its_reason(
    client: FlaskClient, sent: dict[str, Any], status: int, code: str, words: str
) -> None:
    predicted(client, CAT)
    assert words in problem(client.post("/feedback", **sent), status, code)
    assert client.get("/dataset").json["total"] == 0
    assert client.get("/status").json["feedback"] == {"right": 0, "wrong": 0}


def test_a_new_label_is_taken_on_request(client: FlaskClient) -> None:
    predicted(client, CAT)
    assert body(told(client, "r-1", "parrot", allow_new_label=True), FeedbackAnswer)["right"] is False


def test_feedback_needs_no_model(begin: Begin, tmp_path: Path) -> None:
    client = client_of(begin())
    upload(client, 1, "parrot")
    noted = body(client.post("/feedback", data={"image": file(CAT), "label": "Parrot"}), FeedbackAnswer)
    assert queue(client)[0]["suggested"] == "parrot"
    assert noted["waits"] is True


def test_deciding_twice_is_a_conflict(keeper: FlaskClient, keeping: Services) -> None:
    predicted(keeper)
    settled(keeping)
    (item,) = queue(keeper)
    body(keeper.post(f"/review/{item['id']}", json={"drop": True}), DecidedAnswer)
    for decision in ({"drop": True}, {"label": "cat"}, {"confirm": True}):
        problem(keeper.post(f"/review/{item['id']}", json=decision), 409, "conflict")
    assert queue(keeper) == []


def test_a_dropped_photo_that_is_predicted_again_stays_in_the_bin(
    keeper: FlaskClient, keeping: Services
) -> None:
    with_metadata = io.BytesIO(BETWEEN + b"\0")  # other bytes, the same pixels
    predicted(keeper)
    settled(keeping)
    keeper.post(f"/review/{queue(keeper)[0]['id']}", json={"drop": True})
    predicted(keeper, request_id="again")
    predicted(keeper, with_metadata.getvalue(), request_id="once-more")
    settled(keeping, "again", "once-more")
    assert (queue(keeper), keeper.get("/dataset").json["total"]) == ([], 0)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 400, "malformed_request"),
        ({"label": "cat", "drop": True}, 400, "malformed_request"),
        ({"label": 7}, 400, "malformed_request"),
        ({"drop": "yes"}, 400, "malformed_request"),
        ({"drop": False}, 400, "malformed_request"),
        ({"confirm": True}, 422, "unusable_input"),
        ({"label": "parrot"}, 422, "unknown_label"),
        ({"label": ""}, 422, "unknown_label"),
        ({"label": "a\u0000b"}, 422, "unknown_label"),
    ],
)
def test_a_bad_decision_changes_nothing(
    keeper: FlaskClient, keeping: Services, sent: dict[str, Any], status: int, code: str
) -> None:
    predicted(keeper)
    settled(keeping)
    (item,) = queue(keeper)
    problem(keeper.post(f"/review/{item['id']}", json=sent), status, code)
    assert queue(keeper) == [item]


@pytest.mark.parametrize(
    "item_id", ["0", "1", "s1", "-1", "x", "s", str(2**63), "s" + "9" * 10, "\u0661", "\U0001f600"]
)
def test_an_item_that_is_not_there_is_not_found(client: FlaskClient, item_id: str) -> None:
    problem(client.post(f"/review/{item_id}", json={"drop": True}), 404, "not_found")


@pytest.mark.parametrize("query", ["kind=kept", "page=0", "page_size=501", "page=x"])
def test_a_bad_query_is_refused(client: FlaskClient, query: str) -> None:
    problem(client.get(f"/review?{query}"), 400, "bad_parameter")


def doubt(services: Services, photo_id: int, given: str, suggested: str) -> None:
    found = Suggestion(photo_id, given, suggested, self_confidence=0.1, confidence=0.9, score=0.9)
    replace_suggestions(services.database, TASK, [found], run_id=None, now=services.clock())


@pytest.mark.parametrize(
    ("decision", "label", "total"),
    [({"label": "dog"}, "dog", 2), ({"drop": True}, "cat", 1), ({"confirm": True}, "cat", 2)],
)
def test_a_doubted_label_is_decided_as_any_other_item(
    client: FlaskClient, services: Services, decision: dict[str, Any], label: str, total: int
) -> None:
    photo_id, _ = upload(client, 2, "cat")
    doubt(services, photo_id, "cat", "dog")
    (item,) = queue(client, "?kind=label_error")
    assert (item["id"][0], item["kind"], item["given"], item["suggested"]) == (
        "s",
        "label_error",
        "cat",
        "dog",
    )
    assert item["score"] == pytest.approx(0.81)
    body(client.post(f"/review/{item['id']}", json=decision), DecidedAnswer)
    assert queue(client) == []
    problem(client.post(f"/review/{item['id']}", json=decision), 409, "conflict")
    shown = client.get(f"/dataset/images?bin={'true' if total == 1 else 'false'}").json["photos"]
    assert label in [one["label"] for one in shown if one["id"] == photo_id]
    assert client.get("/dataset").json["total"] == total


def test_corrections_come_first_and_pages_count_all(keeper: FlaskClient, keeping: Services) -> None:
    (photo_id,) = upload(keeper, 1, "cat")
    predicted(keeper)
    settled(keeping)
    doubt(keeping, photo_id, "cat", "dog")
    keeper.post("/feedback", data={"image": file(DOG), "label": "cat"})
    assert [item["kind"] for item in queue(keeper)] == ["feedback", "label_error", "unknown"]
    second = body(keeper.get("/review?page=2&page_size=2"), ReviewAnswer)
    assert (second["total"], [item["kind"] for item in second["items"]]) == (3, ["unknown"])
    assert keeper.get("/dataset").json["to_review"] == 3
    assert queue(keeper, "?task=other") == []


def test_an_undone_decision_gives_the_label_back_and_not_the_item(
    keeper: FlaskClient, keeping: Services
) -> None:
    predicted(keeper)
    settled(keeping)
    done = keeper.post(f"/review/{queue(keeper)[0]['id']}", json={"label": "cat"}).json
    assert keeper.post(f"/dataset/edits/{done['edit']}/undo").status_code == 200
    assert keeper.get("/dataset/images").json["photos"][0]["label"] is None
    assert queue(keeper) == []


def test_what_was_not_kept_is_counted(begin: Begin, with_model: None) -> None:
    services = begin(keep_predicted_photos="all", kept_photos_most=1)
    client = client_of(services)
    for number in range(3):
        predicted(client, photo((140, 30, 120), seed=number), f"r-{number}")
        settled(services, f"r-{number}")
    assert "lenswright_kept_photos_dropped_total 2.0" in client.get("/metrics").text
    assert len(queue(client)) == 1
