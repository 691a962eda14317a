import json
from typing import Any

import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import check, worklists
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


def show(api: ApiClient, chosen: str, page: int = 1, *, conflicting: bool = False) -> tuple[Any, ...]:
    return worklists.show(api, page, FACTS, chosen, conflicting)


def deeds_of(element: Any) -> list[dict]:
    """Return what the buttons in `element` do."""
    own = [json.loads(getattr(element, "data-act"))] if hasattr(element, "data-act") else []
    children = getattr(element, "children", None)
    inner = children if isinstance(children, list) else [children]
    return own + [deed for child in inner if hasattr(child, "to_plotly_json") for deed in deeds_of(child)]


def test_a_doubtful_label_is_decided_with_one_press(fake: FakeApi, api: ApiClient) -> None:
    cards, pages, page, words = show(api, "suggestions")
    relabel, keep, drop = deeds_of(cards.children[0])
    first = fake.checks.suggestions()[0]
    assert relabel == {
        **{"do": "label", "photos": [first["photo"]["id"]]},
        **{"label": first["suggested"], "expected": first["given"]},
    }
    assert (keep["do"], drop["do"]) == ("confirm", "delete")
    assert (pages, page, words) == (1, 1, "9 labels to check")


def test_a_page_that_is_worked_off_becomes_the_last_one(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklists, "PAGE_SIZE", 4)
    cards, pages, page, _ = show(api, "suggestions", page=9)
    assert (len(cards.children), pages, page) == (1, 3, 3)


def test_two_labels_of_one_picture_are_decided_alike(api: ApiClient) -> None:
    cards = show(api, "conflicts")[0]
    assert [deed["do"] for deed in deeds_of(cards.children[0])] == ["label", "confirm", "delete"]
    assert "came again as" in str(cards)


def test_of_near_duplicates_only_the_largest_is_kept(fake: FakeApi, api: ApiClient) -> None:
    fake.photos[10]["width"] = 2000
    groups = show(api, "duplicates")[0].children
    group = next(g for g in groups if fake.photos[10]["filename"] in str(g))
    assert deeds_of(group)[-1] == {"do": "delete", "photos": [10]}


def test_groups_with_several_labels_come_alone_when_asked_for(fake: FakeApi, api: ApiClient) -> None:
    fake.photos[9]["label"] = fake.photos[10]["label"]
    every, some = (show(api, "duplicates", conflicting=only)[3] for only in (False, True))
    assert int(some.split()[0]) < int(every.split()[0])


def test_quality_leads_to_the_photos(api: ApiClient) -> None:
    assert "/data?tab=photos&problem=blurred" in str(show(api, "quality")[0])
    assert "Nothing found" in str(worklists.quality({"problems": {"dark": 0}}))


def test_a_list_that_is_empty_says_why(fake: FakeApi, api: ApiClient) -> None:
    fake.checks.checked_at = None
    assert "Not checked yet" in str(show(api, "suggestions")[0])
    assert "Nothing to decide" in str(worklists.nothing("conflicts", {}))


def test_the_check_says_when_it_was_made(fake: FakeApi, api: ApiClient) -> None:
    assert check.when(api, FACTS).startswith("Last made 2\u202fh ago.")
    fake.checks.checked_at = None
    assert check.when(api, FACTS).startswith("Never made.")


def test_a_check_that_goes_on_shows_how_far_it_is(fake: FakeApi, api: ApiClient) -> None:
    live = poll.take(api, None, "/data", None, now=0)
    assert check.progress(live)[:2] == ("", "hidden")
    fake.runs.train_s = 100
    fake.runs.start({"kind": "check"})["at"] -= 30
    start, shown, words, share, _ = check.progress(poll.take(ApiClient(api.url), None, "/data", None, now=0))
    assert (start, shown, words, share) == (
        "hidden",
        "upload-progress",
        "Checking: looking at every photo",
        "30\u202f%",
    )
