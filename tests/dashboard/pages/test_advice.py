from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import advice
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


def test_sentences_classes_and_pairs_are_shown(api: ApiClient) -> None:
    told, _ = advice.fetch(api, FACTS, None)
    shown = str(advice.show(told, "light"))
    for words in ("More photos of 'cat' would help most.", "+3.0", "Taken for"):
        assert words in shown


def test_names_of_classes_stand_out_in_sentences() -> None:
    first, name, last = advice.marked("More `old dog`, please.")
    assert (first, name.children, last) == ("More ", "old dog", ", please.")


def test_before_the_first_check_it_says_how_to_get_advice(fake: FakeApi, api: ApiClient) -> None:
    fake.checks.checked_at = None
    told, _ = advice.fetch(api, FACTS, None)
    assert told == {}
    assert "/data?tab=work" in str(advice.show(told, "light"))


def test_histograms_come_with_the_problems_and_what_is_not_measured(api: ApiClient) -> None:
    _, found = advice.fetch(api, FACTS, None)
    shown, aside = advice.spread(found, "dark")
    assert len(shown.children[0].children) == len(advice.HISTOGRAMS)
    assert "problem=blurred" in str(shown)
    assert aside.startswith("2 photos not measured yet")


def test_without_photos_there_is_nothing_to_draw() -> None:
    assert "Nothing to measure yet" in str(
        advice.spread({"brightness": {"edges": [], "counts": []}}, None)[0]
    )
