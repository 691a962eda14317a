"""What stands in the way of a good model, in sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass

from lenswright.dataset.example import SPLITS, UNUSED
from lenswright.dataset.readiness import LEAST_CLASSES, LEAST_PHOTOS

MOST_IMBALANCE = 10
FEW_TESTS = 30  # one wrong answer more or less moves the accuracy by over 3 points
SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """`code` is stable, `message` is for people."""

    code: str
    message: str


def find_problems(
    totals: Mapping[str, int], *, splits: Mapping[str, int], unlabelled: int
) -> tuple[Problem, ...]:
    """Return the problems of a data set with `totals` photos per class and `splits` per split.

    `unlabelled` leaves out the photos of predictions, which wait for a person in the review queue.
    """
    found = [
        _too_few_classes(totals),
        _too_few_photos(totals),
        _empty_splits(totals, splits),
        _imbalance(totals),
        _few_tests(splits),
        _unused(splits),
        _unlabelled(unlabelled),
    ]
    return tuple(problem for problem in found if problem is not None)


def _too_few_classes(totals: Mapping[str, int]) -> Problem | None:
    if len(totals) >= LEAST_CLASSES:
        return None
    return Problem(
        "too_few_classes",
        f"Training needs photos of at least {LEAST_CLASSES} classes; there are {len(totals)}.",
    )


def _too_few_photos(totals: Mapping[str, int]) -> Problem | None:
    few = [f"{label}: {count}" for label, count in totals.items() if count < LEAST_PHOTOS]
    if not few:
        return None
    more = f" and {len(few) - SHOWN} more classes" if len(few) > SHOWN else ""
    return Problem(
        "too_few_photos",
        f"Training needs at least {LEAST_PHOTOS} photos of each class;"
        f" too few: {', '.join(few[:SHOWN])}{more}.",
    )


def _empty_splits(totals: Mapping[str, int], splits: Mapping[str, int]) -> Problem | None:
    empty = [split for split in SPLITS if not splits[split]]
    if not totals or not empty:
        return None
    return Problem("empty_split", f"There is no photo in the split {', '.join(empty)}.")


def _imbalance(totals: Mapping[str, int]) -> Problem | None:
    if not totals:
        return None
    most, least = max(totals, key=lambda name: totals[name]), min(totals, key=lambda name: totals[name])
    if totals[most] <= MOST_IMBALANCE * totals[least]:
        return None
    return Problem(
        "imbalance",
        f"{most} has {totals[most]} photos and {least} has {totals[least]}: rare classes are learnt badly.",
    )


def _few_tests(splits: Mapping[str, int]) -> Problem | None:
    if not 0 < splits["test"] < FEW_TESTS:
        return None
    return Problem(
        "few_test_photos",
        f"Only {_photos(splits['test'])} to test with: the measured accuracy will be rough.",
    )


def _unused(splits: Mapping[str, int]) -> Problem | None:
    if not splits[UNUSED]:
        return None
    return Problem(
        "unused_photos",
        f"Set aside, as they look like photos of two different splits: {_photos(splits[UNUSED])}.",
    )


def _unlabelled(unlabelled: int) -> Problem | None:
    if not unlabelled:
        return None
    return Problem(
        "unlabelled_photos", f"Not used for training, as there is no label: {_photos(unlabelled)}."
    )


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
