import io

import pytest
import requests

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import edit_report, history, snapshots
from tests.dashboard import fake_data as made
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


@pytest.fixture
def uploaded(fake: FakeApi) -> None:
    photo, text = (io.BytesIO(data) for data in (made.photo_jpeg(900), b"no photo"))
    files = [("files[]", ("new.jpg", photo)), ("files[]", ("notes.txt", text))]
    requests.post(f"{fake.url}/upload-data", files=files, data={"label": "cat", "source": "phone"}, timeout=5)


def test_before_the_first_edit_it_says_what_will_be_here(api: ApiClient) -> None:
    assert "Nothing has been changed yet" in str(history.show(api, 1, "all", FACTS)[0])


@pytest.mark.usefixtures("uploaded")
def test_edits_are_listed_with_who_what_and_undo(api: ApiClient) -> None:
    api.data.change("delete", None, [1, 2])
    table, pages, page, words = history.show(api, 1, "all", FACTS)
    assert (pages, page, words) == (1, 1, "2 edits")
    for told in ("2 in the bin", "anybody · just now · phone", "Undo edit 2", "edit=1"):
        assert told in str(table)


@pytest.mark.usefixtures("uploaded")
def test_batches_alone_leave_the_other_edits_out(api: ApiClient) -> None:
    api.data.change("delete", None, [1, 2])
    assert history.show(api, 1, "batches", FACTS)[3] == "1 edit"


@pytest.mark.usefixtures("uploaded")
def test_the_report_of_a_batch_says_what_came_of_each_file(api: ApiClient) -> None:
    title, head, table, _, _, words = edit_report.show(api, 1, None, FACTS, 1)
    assert (title, words) == ("Upload · edit 1", "2 entries")
    assert "source phone" in str(head)
    assert "stored as cat" in str(table)
    assert "Received: bytes of another kind" in str(table)
    assert edit_report.show(api, 1, "refused", FACTS, 1)[5] == "1 entry"


def test_an_edit_that_is_not_there_says_so(api: ApiClient) -> None:
    assert "There is no edit 99" in str(edit_report.show(api, 1, None, FACTS, 99)[1])


def test_what_was_taken_back_names_by_which_edit() -> None:
    edit = {"id": 3, "action": "delete", "ended_at": "x", "undone_by": 4, "counts": {"deleted": 1}}
    assert history.state(edit).children == "taken back by 4"
    assert history.state(edit | {"undone_by": None, "action": "forget"}) is None
    assert history.state(edit | {"undone_by": None, "ended_at": None}).children == "goes on"


def test_an_earlier_data_set_can_be_trained_on_again(fake: FakeApi, api: ApiClient) -> None:
    table, pages = snapshots.show(api, 1, FACTS)
    assert pages == 1
    assert "20261121-040312-9f3e" in str(table)
    assert "Train on data set 2 again" in str(table)
    fake.exchange.snapshots.clear()
    assert "Each run freezes" in str(snapshots.show(api, 1, FACTS)[0])
