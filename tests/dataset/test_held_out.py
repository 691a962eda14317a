"""Whole kinds for the test: how many, which, and that they stay."""

from collections import Counter

import pytest

from lenswright.dataset.held_out import Kind, check_share, hold_out
from lenswright.errors import InputRefused

BREEDS = [f"breed {number}" for number in range(20)]


def counts(kinds: int, share: float) -> Counter[str]:
    return Counter(hold_out({"dog": BREEDS[:kinds]}, {}, share=share, seed=0).values())


@pytest.mark.parametrize(
    ("kinds", "share", "expected"),
    [
        (20, 0.2, {"test": 4, "validation": 2, "train": 14}),
        (20, 0.5, {"test": 10, "validation": 5, "train": 5}),
        (3, 0.5, {"test": 1, "validation": 1, "train": 1}),
        (5, 0.01, {"test": 1, "validation": 1, "train": 3}),
        (2, 0.5, {}),
        (20, 0.0, {}),
    ],
)
def test_the_share_goes_to_test_and_half_as_many_to_validation(
    kinds: int, share: float, expected: dict[str, int]
) -> None:
    assert counts(kinds, share) == expected


def test_each_class_is_split_for_itself() -> None:
    plan = hold_out({"dog": BREEDS, "cat": ["tabby", "manx"]}, {}, share=0.2, seed=0)
    assert {kind.label for kind in plan} == {"dog"}


def test_the_seed_alone_decides_whatever_the_order() -> None:
    plan = hold_out({"dog": BREEDS}, {}, share=0.2, seed=0)
    assert hold_out({"dog": BREEDS[::-1]}, {}, share=0.2, seed=0) == plan
    assert hold_out({"dog": BREEDS}, {}, share=0.2, seed=1) != plan


def test_a_kind_that_is_known_keeps_its_split_and_is_counted() -> None:
    known = {
        Kind("dog", name): split for name, split in zip(BREEDS, ["test"] * 3 + ["train"] * 9, strict=False)
    }
    plan = hold_out({"dog": BREEDS}, known, share=0.2, seed=0)
    assert plan.items() >= known.items()
    assert Counter(plan.values()) == {"test": 4, "validation": 2, "train": 14}


@pytest.mark.parametrize("share", [-0.1, 0.51, float("nan"), float("inf")])
def test_a_share_that_leaves_nothing_to_learn_from_is_refused(share: float) -> None:
    with pytest.raises(InputRefused, match=r"0 to 0\.5"):
        check_share(share)
