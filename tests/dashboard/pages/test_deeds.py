import json

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import deeds
from tests.dashboard.fake_api import FakeApi

FACTS = {"task": "cats-vs-dogs"}


def do(api: ApiClient, **deed: object) -> dict:
    return deeds.perform(api, {"at": 1, **deed}, FACTS)


def test_a_label_is_set_told_and_taken_back(fake: FakeApi, api: ApiClient) -> None:
    before = [photo["label"] for photo in fake.photos[:3]]
    done = do(api, do="label", photos=[1, 2, 3], label="parrot")
    assert done["words"] == "3 photos are now “parrot”."
    assert [photo["label"] for photo in fake.photos[:3]] == ["parrot"] * 3
    back = do(api, do="undo", edit=done["edit"])
    assert (back["words"], back["back"]) == ("Taken back for 3 photos.", "Redo")
    assert [photo["label"] for photo in fake.photos[:3]] == before
    again = do(api, do="undo", edit=back["edit"], again=True)
    assert (again["words"], again["back"]) == ("Done again for 3 photos.", "Undo")
    assert [photo["label"] for photo in fake.photos[:3]] == ["parrot"] * 3


def test_what_changed_since_is_said_to_stay(api: ApiClient) -> None:
    done = do(api, do="label", photos=[1, 2], label="parrot")
    do(api, do="label", photos=[2], label="finch")
    assert "1 photo changed since and stays as now" in do(api, do="undo", edit=done["edit"])["words"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("delete", "1 photo is now in the bin."),
        ("confirm", "1 photo is now confirmed: the label is right."),
    ],
)
def test_other_changes_are_told_in_words(api: ApiClient, act: str, words: str) -> None:
    assert do(api, do=act, photos=[5])["words"] == words


def test_what_is_so_already_needs_no_undo(api: ApiClient) -> None:
    do(api, do="confirm", photos=[5])
    assert do(api, do="confirm", photos=[5])["edit"] is None


def test_forgetting_offers_no_way_back(api: ApiClient) -> None:
    done = do(api, do="forget", photos=[5])
    assert (done["edit"], done["forgotten"]) == (None, True)


def test_a_label_that_somebody_changed_meanwhile_is_left_alone(fake: FakeApi, api: ApiClient) -> None:
    now = fake.photos[0]["label"]
    done = do(api, do="label", photos=[1], label="parrot", expected="finch")
    assert done["bad"]
    assert "Received" in done["words"]
    assert fake.photos[0]["label"] == now


def test_a_decision_of_the_review_is_told(fake: FakeApi, api: ApiClient) -> None:
    item = fake.checks.queue()[0]
    assert do(api, do="decide", item=item["id"], decision={"label": "cat"})["words"] == "It is “cat”."
    assert item["id"] not in [other["id"] for other in fake.checks.queue()]


def test_a_check_and_an_earlier_data_set_lead_to_their_run(api: ApiClient) -> None:
    assert do(api, do="check")["href"] == "/training"
    with_problem = do(api, do="train", snapshot=2)
    assert "in progress" in with_problem["words"]


def test_the_toast_offers_to_take_it_back() -> None:
    names, words, link, undo = deeds.tell({"words": "Done.", "edit": 7, "back": "Undo"})
    assert (names, words, link) == ("toast", "Done.", None)
    assert json.loads(getattr(undo, "data-act")) == {"do": "undo", "edit": 7, "again": False}
    assert deeds.tell({"words": "No.", "edit": None, "bad": True})[::3] == ("toast bad", None)
    assert deeds.tell(None)[0] == "toast hidden"
