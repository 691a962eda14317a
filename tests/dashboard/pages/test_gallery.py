from typing import Any

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import gallery
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


def show(api: ApiClient, page: int = 1, where: str = "all", drawn: str | None = None, **chosen: Any) -> Any:
    return gallery.show(api, page, "48", where, chosen, FACTS, drawn)


def test_it_pages_and_counts(api: ApiClient) -> None:
    tiles, pages, page, words, _ = show(api, 2)
    assert (len(tiles), pages, page, words) == (12, 2, 2, "49 – 60 of 60")


def test_a_page_that_is_gone_becomes_the_last_one(api: ApiClient) -> None:
    tiles, _, page, *_ = show(api, 9)
    assert (page, len(tiles)) == (2, 12)


def test_another_filter_begins_at_its_first_page(api: ApiClient) -> None:
    drawn = show(api, 2)[4]
    assert show(api, 2, drawn=drawn)[2] == 2
    assert show(api, 2, drawn=drawn, label="cat")[2] == 1


@pytest.mark.parametrize(
    ("where", "chosen", "first"),
    [
        ("all", {"label": "dog"}, "dog: photo-00001.jpg, train"),
        ("all", {"problem": "blurred"}, "photo-00028.jpg, validation, blurred"),
        ("all", {"q": " 00042 "}, "photo-00042.jpg"),
        ("bin", {}, "photo-00006.jpg"),
    ],
)
def test_filters_reach_the_api(fake: FakeApi, api: ApiClient, where: str, chosen: dict, first: str) -> None:
    api.data.change("delete", None, [7])
    tile = show(api, where=where, **chosen)[0][0]
    assert first in getattr(tile, "aria-label")


def test_where_nothing_is_the_reason_is_said(api: ApiClient) -> None:
    assert "No photo matches" in str(show(api, label="parrot")[0])
    assert "The bin is empty" in str(show(api, where="bin")[0])
    assert "No photos yet" in str(gallery.tiles([], ""))


def test_an_order_alone_is_no_filter(api: ApiClient, fake: FakeApi) -> None:
    fake.photos.clear()
    assert "No photos yet" in str(show(api, order="oldest")[0])


def test_nothing_is_asked_while_the_api_is_away(api: ApiClient) -> None:
    away = {**FACTS, "reachable": False}
    assert gallery.show(api, 1, "48", "all", {}, away) == (gallery.no_update,) * 5
