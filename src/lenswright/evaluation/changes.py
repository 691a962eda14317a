"""The photos on which a candidate and the champion differ: those now right, and those newly wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.evaluation.metrics import Floats, Ints

MOST_LISTED = 500


@dataclass(frozen=True)
class Changes:
    """Ids of photos, the surest answers first and at most `MOST_LISTED`; the totals count all of them.

    `fixed`: the candidate is right where the version `compared_with` is wrong; `newly_wrong`: the
    other way round.
    """

    fixed: tuple[int, ...]
    newly_wrong: tuple[int, ...]
    fixed_total: int
    newly_wrong_total: int
    compared_with: str

    def to_json(self) -> dict[str, Any]:
        """Return it as `report.json` has it."""
        return asdict(self)


def changes(
    probabilities: Floats, labels: Ints, champion: Ints, *, photo_ids: Sequence[int], compared_with: str
) -> Changes:
    """Return what a candidate, which gave `probabilities` (N, C), changes for the photos `photo_ids` (N).

    `labels` and the answers of the `champion`, both (N,), are indices into the classes.
    """
    ours, theirs = probabilities.argmax(axis=1) == labels, champion == labels
    confidence = probabilities.max(axis=1)
    fixed, newly_wrong = (_surest_first(differs, confidence) for differs in (ours & ~theirs, theirs & ~ours))
    return Changes(
        fixed=tuple(photo_ids[i] for i in fixed[:MOST_LISTED]),
        newly_wrong=tuple(photo_ids[i] for i in newly_wrong[:MOST_LISTED]),
        fixed_total=len(fixed),
        newly_wrong_total=len(newly_wrong),
        compared_with=compared_with,
    )


def _surest_first(chosen: NDArray[np.bool_], confidence: Floats) -> list[int]:
    places = np.flatnonzero(chosen)
    found: list[int] = places[np.argsort(-confidence[places], kind="stable")].tolist()
    return found
