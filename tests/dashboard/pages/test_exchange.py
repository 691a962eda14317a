import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import exchange, mapping
from lenswright.errors import InputRefused
from tests.dashboard.fake_api import FakeApi

SOURCES = [["dog-breeds", "dog", None], ["cats-vs-dogs", "", "cat = cat\n\n fox ="], [None, None, None]]


def test_the_form_becomes_one_request(fake: FakeApi, api: ApiClient) -> None:
    shown, _ = exchange.fuse(api, 1, "Cat or dog", 20, SOURCES)
    assert fake.exchange.fused == [
        {
            **{"task": "cat-or-dog", "hold_out": 0.2, "seed": 0},
            "sources": [
                {"task": "dog-breeds", "map": {"*": "dog"}},
                {"task": "cats-vs-dogs", "map": {"cat": "cat", "fox": None, "*": None}},
            ],
        }
    ]
    assert "held out beagle, saluki" in str(shown)
    assert "3 were there already" in str(shown)


@pytest.mark.parametrize(
    ("name", "sources", "words"),
    [
        ("?", SOURCES, "Expected a name"),
        ("new", [[None, "dog", None]], "Expected at least one source"),
        ("new", [["dog-breeds", "", ""]], "Expected a new name for at least one class"),
        ("new", [["dog-breeds", "dog", "cat cat"]], "Received: 'cat cat'"),
    ],
)
def test_an_incomplete_form_says_what_is_missing(
    fake: FakeApi, api: ApiClient, name: str, sources: list, words: str
) -> None:
    assert words in str(exchange.fuse(api, 1, name, 20, sources)[0])
    assert fake.exchange.fused == []


def test_a_name_may_hold_an_equals_sign_after_the_first() -> None:
    assert mapping.mapping_of(None, "a = b = c") == {"a": "b = c", "*": None}
    with pytest.raises(InputRefused):
        mapping.mapping_of(None, "= b")


def test_the_export_is_a_link_where_there_are_photos(api: ApiClient) -> None:
    facts = {"task": "cats & dogs"}
    link = exchange.export_link(facts, api.dataset(None))
    assert link.href == "/relay/export?task=cats+%26+dogs"
    assert "no photos" in str(exchange.export_link(facts, {"total": 0}))
