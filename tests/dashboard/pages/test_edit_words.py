import pytest

from lenswright.dashboard.pages import edit_words as words

DONE = {
    "action": "relabel",
    "ended_at": "2026-11-21T12:00:00Z",
    "undone_by": None,
    "counts": {"relabelled": 2},
}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"outcome": "relabelled", "label_before": "cat", "label_after": "dog"}, "cat → dog"),
        ({"outcome": "relabelled", "label_before": "cat", "label_after": None}, "cat → no label"),
        ({"outcome": "stored", "label_after": "cat"}, "stored as cat"),
        ({"outcome": "stored"}, "stored without a label"),
        ({"outcome": "deleted"}, "in the bin"),
        ({"outcome": "something new"}, "something new"),
        ({}, "Upload"),
    ],
)
def test_an_entry_is_told_in_words(entry: dict, told: str) -> None:
    assert words.entry_words(entry, "Upload") == told


def test_an_edit_is_told_in_words() -> None:
    assert words.title_of({"action": "undo", "undoes": 7}) == "Taken back (edit 7)"
    assert words.title_of({"action": "some_thing"}) == "Some thing"
    assert words.counts_words({"counts": {"stored": 31, "refused": 0}}) == "31 stored"
    assert words.counts_words({}) == "nothing changed"


@pytest.mark.parametrize(
    "changed",
    [
        {"undone_by": 8},
        {"ended_at": None},
        {"action": "forget"},
        {"counts": {"duplicate": 2, "refused": 1}},
    ],
)
def test_what_cannot_be_taken_back_offers_no_undo(changed: dict) -> None:
    assert words.undoable(DONE)
    assert not words.undoable(DONE | changed)
