"""Names of tasks and classes, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenswright.dataset.labels import Spellings, normalise_label, normalise_source, normalise_task
from lenswright.errors import InputRefused, UnknownLabel


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("cats-vs-dogs", "cats-vs-dogs"),
        (" Cats vs. Dogs! ", "cats-vs-dogs"),
        ("dog_breeds", "dog-breeds"),
        ("../../etc/passwd", "etc-passwd"),
        ("Äpfel & Birnen", "äpfel-birnen"),
        ("猫と犬", "猫と犬"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full-width"),
    ],
)
def test_a_task_becomes_a_slug(name: str, slug: str) -> None:
    assert normalise_task(name) == slug


@pytest.mark.parametrize("name", ["", "   ", "/", "..", "😀", "x" * 51, "\ud800"])
def test_a_task_without_a_usable_name_is_refused(name: str) -> None:
    with pytest.raises(InputRefused, match=r"Expected a task name of 1 to 50 .* Received: "):
        normalise_task(name)


@given(st.text(max_size=60))
def test_a_slug_is_its_own_slug_and_safe_in_a_path(name: str) -> None:
    try:
        slug = normalise_task(name)
    except InputRefused:
        return
    assert normalise_task(slug) == slug
    assert not set(slug) & set("/\\. \0_")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("cat", "cat"),
        ("  German \t shepherd\n", "German shepherd"),
        ("e\u0301clair", "éclair"),
        ("😀", "😀"),
        ("👩\u200d🚀 astronaut", "👩\u200d🚀 astronaut"),
        ("n02085620-Chihuahua", "n02085620-Chihuahua"),
        ("C++ (v2.0)", "C++ (v2.0)"),
        ("x" * 100, "x" * 100),
        ("猫", "猫"),
    ],
)
def test_a_label_is_tidied_and_kept(label: str, expected: str) -> None:
    assert normalise_label(label) == expected
    assert normalise_label(expected) == expected


@pytest.mark.parametrize("label", ["", "  \n ", "x" * 101, "x" * 300])
def test_a_label_of_no_or_too_many_characters_is_refused(label: str) -> None:
    with pytest.raises(UnknownLabel, match=r"Expected a label of 1 to 100 characters\. Received: \d+"):
        normalise_label(label)


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\ufeff", "\u00ad"])
def test_signs_without_width_make_no_other_label(sign: str) -> None:
    assert normalise_label(f"{sign}ca{sign}t{sign}") == "cat"
    with pytest.raises(UnknownLabel, match="Received: 0 characters"):
        normalise_label(sign)


@pytest.mark.parametrize(
    ("given", "kept"), [(" my   phone ", "my phone"), ("dogs/pug", "dogs/pug"), ("x" * 100, "x" * 100)]
)
def test_a_source_is_kept_in_one_form(given: str, kept: str) -> None:
    assert normalise_source(given) == kept


@pytest.mark.parametrize("source", ["", "  ", "x" * 101, "a\0b", "\ud800"])
def test_a_source_that_does_not_print_or_is_too_long_is_refused(source: str) -> None:
    with pytest.raises(InputRefused, match="Expected a source of 1 to 100 printing characters"):
        normalise_source(source)


@pytest.mark.parametrize(
    "label",
    ["cats/dogs", "..", ".hidden", "a\\b", "a\0b", "\x1b[31mred", "\ud800", "a\u202eb"],
)
def test_a_label_with_slashes_or_what_does_not_print_is_refused(label: str) -> None:
    with pytest.raises(UnknownLabel, match=r"Expected a label of printing characters.*Received: ") as refusal:
        normalise_label(label)
    assert str(refusal.value).isascii()  # what came is shown, not obeyed, in a terminal


def test_the_first_spelling_of_a_label_holds() -> None:
    spellings = Spellings(["Cat", "Straße"])
    assert [spellings.spelled(label) for label in ("cat", "CAT ", "STRASSE", "dog", "Dog")] == [
        "Cat",
        "Cat",
        "Straße",
        "dog",
        "dog",
    ]
