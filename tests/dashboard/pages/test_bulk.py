import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import bulk

FACTS = {"task": "cats-vs-dogs"}


def test_the_bar_appears_with_the_first_photo() -> None:
    assert bulk.shown([], "all")[0] == "bulk hidden"
    assert bulk.shown([3, 4], "all")[:3] == ("bulk", "2 selected", "bulk-label")


def test_in_the_bin_photos_are_restored_and_nothing_else() -> None:
    *_, labelling, unlabel, confirm, delete, restore = bulk.shown([3], "bin")
    assert (labelling, unlabel, confirm, delete, restore) == ("bulk-label hidden", *["hidden"] * 3, "")


@pytest.mark.parametrize(
    ("pressed", "wanted"),
    [
        ("label", {"do": "label", "photos": [3], "label": "cat", "at": None}),
        ("unlabel", {"do": "label", "photos": [3], "label": None, "at": None}),
        ("delete", {"do": "delete", "photos": [3], "at": None}),
    ],
)
def test_a_button_becomes_a_deed(pressed: str, wanted: dict) -> None:
    assert bulk.deed(pressed, [3], " cat ") == wanted


def test_without_photos_or_a_class_there_is_nothing_to_do() -> None:
    assert bulk.deed("delete", [], None) is None
    assert bulk.deed("label", [3], "  ") is None


def test_all_that_match_are_more_than_the_page_shows(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PAGE_SIZE", 7)
    assert bulk.everything(api, FACTS, "all", {}) == list(range(1, 61))
    cats = bulk.everything(api, FACTS, "all", {"label": "cat"})
    assert 0 < len(cats) < 60
