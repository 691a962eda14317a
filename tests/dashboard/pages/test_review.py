import json

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import review
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


@pytest.fixture
def first(api: ApiClient) -> dict:
    return review.fetch(api, None, [], FACTS)


def test_one_photo_is_shown_with_why_it_is_here_and_a_key_for_each_class(api: ApiClient, first: dict) -> None:
    shown, empty, again, left, photo, facts, keys, search, *_ = review.show(first, api.dataset(None))
    assert (shown, empty, again, left, search) == ("review live", None, "hidden", "14 left", "hidden")
    assert "Corrected by a user" in str(facts)
    assert first["item"]["photo"]["filename"] in photo.alt
    assert [getattr(key, "data-key") for key in keys] == ["1", "2"]
    assert json.loads(getattr(keys[0], "data-act"))["decision"] == {"label": "cat"}


def test_a_skipped_photo_makes_room_for_the_next(api: ApiClient, first: dict) -> None:
    second = review.fetch(api, None, [str(first["item"]["id"])], FACTS)
    assert second["item"]["id"] != first["item"]["id"]
    assert (second["left"], second["again"]) == (13, 1)


def test_when_all_are_skipped_one_may_begin_again(fake: FakeApi, api: ApiClient) -> None:
    every = [str(item["id"]) for item in fake.checks.queue()]
    done = review.fetch(api, None, every, FACTS)
    shown, empty, again, left, *_ = review.show(done, None)
    assert (shown, again, left) == ("hidden", "restart", "Nothing left")
    assert "14 photos skipped" in str(empty)


def test_an_empty_queue_says_what_will_wait_here() -> None:
    nothing = {"item": None, "left": 0, "again": 0}
    assert "Nothing to review" in str(review.finished(nothing))
    assert review.show(nothing, None)[2] == "hidden"


def test_of_many_classes_those_that_come_to_mind_have_keys_and_the_rest_a_search(
    api: ApiClient, first: dict
) -> None:
    many = {"classes": [{"label": f"class {i:02d}"} for i in range(40)]}
    item = {**first["item"], "suggested": "class 07", "predicted_class": "class 09", "given": None}
    shown = review.show({**first, "item": item}, many)
    assert [getattr(key, "data-act").count("class 07") for key in shown[6]][:2] == [1, 0]
    assert (shown[7], len(shown[8])) == ("", 40)


def test_a_photo_without_a_label_has_nothing_to_confirm(first: dict) -> None:
    item = first["item"]
    assert len(review.ways(item)) == 2
    assert len(review.ways({**item, "photo": {**item["photo"], "label": None}})) == 1


def test_a_class_that_was_searched_for_decides(first: dict) -> None:
    deed = review.searched("class 31", first)
    assert deed["decision"] == {"label": "class 31"}
    assert review.searched(None, first) is review.no_update
