import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.errors import ApiAway, ApiRefused
from tests.dashboard.fake_api import FakeApi


def test_a_page_of_photos_is_filtered(api: ApiClient) -> None:
    page = api.data.photos(None, page=1, size=5, label="cat", split="train", q=None)
    assert len(page["photos"]) == 5
    assert {(p["label"], p["split"]) for p in page["photos"]} == {("cat", "train")}


def test_batches_and_edits_come_in_one_form(api: ApiClient) -> None:
    api.data.change("delete", "cats-vs-dogs", [1])
    assert [edit["action"] for edit in api.data.edits(None, page=1, size=5)["edits"]] == ["delete"]
    assert api.data.edits(None, page=1, size=5, batches=True)["edits"] == []


def test_a_change_is_seen_by_the_next_poll(api: ApiClient) -> None:
    assert api.status(None)["dataset"]["total"] == 60
    api.data.change("delete", None, [1])
    assert api.status(None)["dataset"]["total"] == 59


def test_what_the_api_refuses_keeps_its_code(api: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        api.data.change("label", None, [1], label="dog", expected="finch")
    assert (refused.value.status, refused.value.code) == (409, "label_changed")


def test_an_api_that_is_gone_is_away(fake: FakeApi, api: ApiClient) -> None:
    fake.stop()
    with pytest.raises(ApiAway):
        api.data.undo(None, 1)
