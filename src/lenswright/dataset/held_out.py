"""Whole kinds kept for the test: which breeds of the class `dog` no training photo shows.

Split by photo, a test measures new photos of breeds the model has learnt; split by kind it measures
breeds it has never seen.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lenswright.errors import InputRefused

LEAST_KINDS = 3  # one each for training, validation and test
MOST_SHARE = 0.5  # with half as many for validation, a quarter is left to learn from


class Kind(NamedTuple):
    """The label `name` that photos of the new class `label` had in the tasks they are from."""

    label: str
    name: str


def check_share(share: float) -> None:
    """Raise InputRefused for a share that cannot be held out."""
    if not 0 <= share <= MOST_SHARE:
        raise InputRefused(f"Expected 'hold_out' to be 0 to {MOST_SHARE}. Received: {share}.")


def hold_out(
    kinds: Mapping[str, Sequence[str]], known: Mapping[Kind, str], *, share: float, seed: int
) -> dict[Kind, str]:
    """Return the split of each kind of the classes that have at least three; of the others nothing.

    `kinds` are the names of each class, `share` of them go to test, half as many to validation, drawn by
    `seed` and name alone. A kind in `known` keeps the split it has: it may have been trained on.
    Nothing for a share of 0.
    """
    if not share:
        return {}
    plan: dict[Kind, str] = {}
    for label, names in kinds.items():
        if len(names) >= LEAST_KINDS:
            plan |= _split_kinds([Kind(label, name) for name in names], known, share, seed)
    return plan


def _split_kinds(kinds: list[Kind], known: Mapping[Kind, str], share: float, seed: int) -> dict[Kind, str]:
    count = len(kinds)
    tests = min(max(1, round(share * count)), count - 2)
    validations = min(max(1, round(share * count / 2)), count - 1 - tests)
    plan = {kind: known[kind] for kind in kinds if kind in known}
    unknown = sorted((kind for kind in kinds if kind not in known), key=lambda kind: _rank(kind, seed))
    for split, wanted in (("test", tests), ("validation", validations)):
        missing = max(0, wanted - list(plan.values()).count(split))
        drawn, unknown = unknown[:missing], unknown[missing:]
        plan |= dict.fromkeys(drawn, split)
    return plan | dict.fromkeys(unknown, "train")


def _rank(kind: Kind, seed: int) -> str:
    return hashlib.sha256(f"{seed}\n{kind.name.casefold()}".encode()).hexdigest()
