import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import filters


def test_the_address_sets_the_filters() -> None:
    bar = {part.id: part.value for part in filters.bar({"label": "cat", "bin": "1", "batch": "7"}).children}
    assert (bar["gallery-label"], bar["gallery-where"], bar["gallery-batch"]) == ("cat", "bin", "7")


@pytest.mark.parametrize(("typed", "asked"), [("12", "12"), ("1x", None), ("", None), ("²", None)])
def test_only_a_whole_number_is_a_batch(typed: str, asked: str | None) -> None:
    assert filters.wanted("all", {"batch": typed})["batch"] == asked


def test_where_becomes_a_filter_of_its_own() -> None:
    assert filters.wanted("unlabelled", {})["unlabelled"] == "true"
    assert filters.wanted("all", {})["bin"] is None


def test_classes_and_sources_are_those_of_the_data_set(api: ApiClient) -> None:
    assert filters.choices(api.dataset(None)) == (["cat", "dog"], ["upload"])
    assert filters.choices(None) == ([], [])
