"""What each label becomes, and what is said of one that is not there."""

from collections.abc import Mapping

import pytest

from lenswright.dataset.fusion_wish import FusionSource
from lenswright.dataset.label_map import listed, map_labels
from lenswright.dataset.labels import Spellings
from lenswright.errors import InputRefused, UnknownLabel

KNOWN = ("Beagle", "Boxer", "Tabby")


def mapped(labels: Mapping[str, str | None], there: tuple[str, ...] = ()) -> dict[str, str]:
    return map_labels(FusionSource("pets", labels), KNOWN, Spellings(there).spelled)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"*": "dog"}, {"Beagle": "dog", "Boxer": "dog", "Tabby": "dog"}),
        ({"Tabby": "cat"}, {"Tabby": "cat"}),
        ({"*": "dog", "Tabby": "cat"}, {"Beagle": "dog", "Boxer": "dog", "Tabby": "cat"}),
        ({"*": "dog", "Tabby": None}, {"Beagle": "dog", "Boxer": "dog"}),
        ({"*": None, "Tabby": "*"}, {"Tabby": "Tabby"}),
        ({"*": "*"}, {label: label for label in KNOWN}),
        ({"  TABBY ": "cat"}, {"Tabby": "cat"}),
        ({}, {}),
    ],
)
def test_a_label_becomes_what_the_map_says(labels: dict[str, str | None], expected: dict[str, str]) -> None:
    assert mapped(labels) == expected


def test_a_new_label_is_spelled_as_the_task_spells_it() -> None:
    assert set(mapped({"*": "dog", "tabby": "DOG"}, there=("Dog",)).values()) == {"Dog"}


def test_a_label_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownLabel, match=r"'pets': Beagle, Boxer, Tabby\. Received: 'manx'"):
        mapped({"manx": "cat"})


@pytest.mark.parametrize("new", ["a/b", "", ".hidden", "x" * 101, "\0"])
def test_a_new_label_that_is_no_name_is_refused(new: str) -> None:
    with pytest.raises(UnknownLabel):
        mapped({"*": new})


def test_a_label_that_is_named_twice_is_refused() -> None:
    with pytest.raises(InputRefused, match="twice: 'Tabby'"):
        mapped({"Tabby": "cat", "TABBY": "dog"})


def test_a_long_list_is_cut_and_says_so() -> None:
    assert listed([str(number) for number in range(23)]).endswith(", 19 and 3 more")
    assert listed([]) == "there are none"
