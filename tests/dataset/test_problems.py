"""What stands in the way of a good model, said in sentences."""

import pytest

from lenswright.dataset.problems import find_problems


def codes(totals: dict[str, int], *, test: int = 50, unused: int = 0, unlabelled: int = 0) -> list[str]:
    splits = {"train": 400, "validation": 50, "test": test, "unused": unused}
    return [problem.code for problem in find_problems(totals, splits=splits, unlabelled=unlabelled)]


def test_a_good_data_set_has_none() -> None:
    assert codes({"cat": 250, "dog": 250}) == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (codes({}), ["too_few_classes"]),
        (codes({"cat": 500}), ["too_few_classes"]),
        (codes({"cat": 40, "dog": 4}), ["too_few_photos"]),
        (codes({"cat": 500, "dog": 49}), ["imbalance"]),
        (codes({"cat": 500, "dog": 50}), []),
        (codes({"cat": 250, "dog": 250}, test=0), ["empty_split"]),
        (codes({"cat": 250, "dog": 250}, test=29), ["few_test_photos"]),
        (codes({"cat": 250, "dog": 250}, unused=3), ["unused_photos"]),
        (codes({"cat": 250, "dog": 250}, unlabelled=7), ["unlabelled_photos"]),
    ],
)
def test_each_problem_is_found(found: list[str], expected: list[str]) -> None:
    assert found == expected


def test_messages_name_the_classes_and_their_counts() -> None:
    splits = {"train": 1, "validation": 1, "test": 40, "unused": 0}
    totals = {f"class {number}": 1 for number in range(12)} | {"big": 100}
    messages = {
        problem.code: problem.message for problem in find_problems(totals, splits=splits, unlabelled=0)
    }
    assert "class 0: 1, class 1: 1" in messages["too_few_photos"]
    assert messages["too_few_photos"].endswith("class 9: 1 and 2 more classes.")
    assert messages["imbalance"].startswith("big has 100 photos and class 0 has 1")
