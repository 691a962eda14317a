from collections.abc import Callable

from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]
PHOTO = {"id": 3, "label": "cat", "filename": "a.jpg"}
PAGED = {"page": 1, "page_size": 20, "total": 1}


def test_a_check_is_a_run(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/check"] = {"run_id": 4}
    assert ask("check", "--task", "pets", "--detach").out.startswith("Run 4 has begun.")
    result = {"suggestions": 3, "regrouped": {"groups": 1}, "advice": {"words": ["More cats."]}}
    api.answers["/training-status"] = {"run_id": 4, "kind": "check", "state": "completed", "result": result}
    assert ask("check").out.splitlines() == [
        "Run 4 completed. Labels that may be wrong: 3. New groups of near-duplicates: 1.",
        "More cats.",
    ]
    assert [asked.body for asked in api.asked if asked.method == "POST"] == [{"task": "pets"}, {}]


def test_suggestions_are_listed(ask: Ask, api: DataApi) -> None:
    row = {"photo": PHOTO, "given": "cat", "suggested": "dog", "self_confidence": 0.1, "confidence": 0.85}
    api.answers["/dataset/suggestions"] = PAGED | {"suggestions": [row]}
    row_shown = ask("suggestions").out.splitlines()[1]
    assert row_shown.split() == ["3", "cat", "dog", "10.0", "%", "85.0", "%", "a.jpg"]


def test_groups_of_near_duplicates_are_listed(ask: Ask, api: DataApi) -> None:
    row = {"group": 3, "count": 30, "photos": [{"id": n} for n in range(3, 12)], "straddles": False}
    api.answers["/dataset/duplicates"] = PAGED | {"groups": [row | {"labels": ["cat", None]}]}
    called = ask("duplicates", "--conflicting")
    assert "30  3, 4, 5, 6, 7, 8  cat, no label  no" in called.out
    assert api.asked[0].query["conflicting"] == "true"


def test_conflicts_are_listed(ask: Ask, api: DataApi) -> None:
    row = {
        "photo": PHOTO,
        "other_label": "dog",
        "filename": "b.jpg",
        "batch": 7,
        "at": "2026-11-21T16:30:05Z",
    }
    api.answers["/dataset/conflicts"] = PAGED | {"conflicts": [row]}
    assert "cat    dog              7  2026-11-21 16:30  b.jpg" in ask("conflicts").out


def test_advice_is_words_first(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/advice"] = {
        "words": ["More photos of cat would help most."],
        "curve": [{"photos": 1000, "accuracy": 0.9}],
        "classes": [{"label": "cat", "photos": 500, "recall": 0.8, "gain": 0.02}],
        "pairs": [{"truth": "cat", "predicted": "dog", "count": 5}],
    }
    lines = ask("advice").out.splitlines()
    assert lines[0] == "More photos of cat would help most."
    assert [line.split() for line in lines if line][2:] == [
        ["1,000", "90.0", "%"],
        ["class", "photos", "recall", "gain"],
        ["cat", "500", "80.0", "%", "2.0", "%"],
        ["is", "taken", "for", "times"],
        ["cat", "dog", "5"],
    ]


def test_no_check_yet_is_said(ask: Ask) -> None:
    assert ask("advice") == Called(1, "", "There is no dataset/advice.\n")


def test_suggestions_before_any_check_say_so(ask: Ask, api: DataApi) -> None:
    empty = {"page": 1, "page_size": 20, "total": 0, "suggestions": [], "checked_at": None}
    api.answers["/dataset/suggestions"] = empty
    assert ask("suggestions").err == "The data was never checked; do it: lenswright check\n"
    api.answers["/dataset/suggestions"] = empty | {"checked_at": "2026-11-21T16:30:05Z"}
    assert ask("suggestions") == Called(0, "There are no suggestions.\n", "")
