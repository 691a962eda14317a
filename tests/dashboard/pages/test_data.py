import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import data

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


def test_counts_are_told_in_one_line_with_what_waits(api: ApiClient) -> None:
    words, waiting = data.lead(data.fetch(api, FACTS, None))
    assert words.startswith("60 photos · 2 classes · ")
    assert waiting == "14"


def test_nothing_is_fetched_while_the_api_is_away(api: ApiClient) -> None:
    assert data.fetch(api, {**FACTS, "reachable": False}, None) is data.no_update


@pytest.mark.parametrize("tab", data.TABS)
def test_every_tab_has_an_address_of_its_own(tab: str) -> None:
    query = dict(part.split("=") for part in data.address(tab).partition("?")[2].split("&") if part)
    shown = str(data.layout(**query))
    assert shown == str(data.layout(tab))
    assert shown.count("subtab shown") == 1


def test_an_address_that_names_no_tab_shows_the_first() -> None:
    assert str(data.layout("nonsense")) == str(data.layout())
