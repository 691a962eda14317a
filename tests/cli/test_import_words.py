from typing import Any

import pytest

from lenswright.cli.import_words import announced, how_far, told

RECORD: dict[str, Any] = {
    **{
        "home": "/srv/lenswright",
        "task": "pets",
        "layout": "csv",
        "list": "labels.csv",
        "files": 1200,
        "done_before": 0,
        "notes": [],
    },
    **{"batch": 7, "counts": {"duplicate": 2, "refused": 3, "stored": 1195}, "label_conflicts": 0},
    **{"unlabelled": {}, "done": 1200, "seconds": 65.0, "photos_per_s": 18.5, "problem": None, "refused": []},
}


def test_it_is_said_how_the_folder_is_understood() -> None:
    assert announced(RECORD).splitlines() == [
        "1,200 files into pets, in the home /srv/lenswright.",
        "Layout csv: labels from labels.csv.",
    ]
    going_on = RECORD | {"done_before": 400, "layout": "flat", "list": None, "notes": ["A note."]}
    assert announced(going_on).splitlines()[1:] == [
        "Layout flat: labels from the beginnings of file names.",
        "Going on: 400 of them are in from an import that did not end.",
        "A note.",
    ]


@pytest.mark.parametrize(
    ("done", "total", "per_s", "words"),
    [
        (0, 1000, None, "[....................] 0 % · 0 of 1,000 photos"),
        (400, 1000, 200.0, "[########............] 40 % · 400 of 1,000 photos · 200 photos/s · 3 s left"),
        (1200, 1000, 200.0, "[####################] 100 % · 1,200 of 1,000 photos · 200 photos/s · 0 s left"),
    ],
)
def test_progress_has_a_bar_a_speed_and_what_is_left(
    done: int, total: int, per_s: float | None, words: str
) -> None:
    assert how_far(done, total, per_s)[0] == words


def test_the_report_counts_good_news_first() -> None:
    assert told(RECORD).splitlines() == [
        "pets: stored 1,195, duplicate 2, refused 3. 1,200 files in 1 min 05 s, 18 photos/s.",
        "  and more: lenswright batches 7 --outcome refused",
        "Batch 7. Undo it: lenswright undo 7",
    ]


def test_the_report_names_conflicts_refusals_and_what_broke_it_off() -> None:
    refused = [{"filename": f"{n}.txt", "code": "unsupported_image", "reason": "No photo."} for n in range(3)]
    lines = told(
        RECORD | {"label_conflicts": 1, "refused": refused, "problem": "The disk is full."}
    ).splitlines()
    assert lines[1:5] == [
        "1 duplicates came with another label: lenswright conflicts",
        *(f"  {n}.txt: No photo." for n in range(3)),
    ]
    assert lines[-1] == "The disk is full. What is in stays; run the same command again to go on."


def test_an_import_of_nothing_says_so() -> None:
    nothing = {"batch": None, "counts": {}, "done": 0, "seconds": 0.0}
    assert told(RECORD | nothing) == "pets: nothing. 0 files in 0 s."


def test_photos_that_the_list_gives_no_label_are_said() -> None:
    lines = told(RECORD | {"unlabelled": {"not_in_list": 46, "empty_in_list": 1}}).splitlines()
    assert lines[1:3] == [
        "46 photos have no label: the list does not name them.",
        "1 photo has no label: the list names it without one.",
    ]


def test_an_import_that_changed_nothing_has_nothing_to_undo() -> None:
    lines = told(RECORD | {"counts": {"duplicate": 1200}}).splitlines()
    assert lines[-1] == "Batch 7 changed nothing. File by file: lenswright batches 7"
