"""What serving is meant to reach, and whether it did in this run."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.contenders import OURS
from benchmarks.rounds import Turn
from benchmarks.swaps import Weighed

TIMES = {"bare loop": 0.92, "bentoml": 1.2, "litserve": 1.4, "keras": 15.0}
FLOOR_SHARE, MOST_SPREAD, BATCH_SHARE = 0.65, 2.0, 0.9
MOST_START_S, MOST_MEMORY_MB = 1.5, 180.0


@dataclass(frozen=True)
class Goal:
    """`value` should be at least `bound`, or at most where `at_most` says so."""

    what: str
    value: float
    bound: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def to_json(self) -> dict[str, Any]:
        sign = "<=" if self.at_most else ">="
        value = round(self.value, 3)
        return {"goal": self.what, "value": value, "wanted": f"{sign} {self.bound:g}", "met": self.met}


def reached(
    turns: Sequence[Turn], floors: Sequence[float], connections: int, weighed: Weighed | None
) -> list[Goal]:
    """Return the goals this run can judge; `floors` in photos per second, one for each round."""
    ours = [turn for turn in turns if turn.server == OURS]
    speeds = [turn.loads[connections].per_s for turn in ours]
    batches = [turn.batched.per_s if turn.batched else 0.0 for turn in ours]
    goals = [
        Goal(f"requests/s, times {name}", _ratio(speeds, turns, name, connections), bound)
        for name, bound in TIMES.items()
        if any(turn.server == name for turn in turns)
    ]
    goals += [
        Goal("share of the physical floor", _paired(speeds, floors), FLOOR_SHARE),
        Goal("p99 / p50", median(_spread(turn, connections) for turn in ours), MOST_SPREAD, at_most=True),
        Goal("batch photos/s, times single", _paired(batches, speeds), BATCH_SHARE),
        Goal("first answer after start, s", max(turn.start_s for turn in ours), MOST_START_S, at_most=True),
        Goal("wrong answers", sum(_errors(turn) for turn in ours), 0, at_most=True),
    ]
    if weighed is not None:
        what = f"memory after {weighed.requests} requests and {weighed.swaps} swaps, MB"
        goals += [
            Goal(what, weighed.after_mb, MOST_MEMORY_MB, at_most=True),
            Goal("wrong answers meanwhile", weighed.errors, 0, at_most=True),
        ]
    return goals


def _ratio(speeds: Sequence[float], turns: Sequence[Turn], name: str, connections: int) -> float:
    return _paired(speeds, [turn.loads[connections].per_s for turn in turns if turn.server == name])


def _paired(speeds: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios of each round: what else the machine did then hits both.

    Rounds in which the other answered nothing say nothing; NaN, which meets no goal, if there are only such.
    """
    pairs = zip(speeds, others, strict=True)
    return median([ours / other for ours, other in pairs if other] or [float("nan")])


def _spread(turn: Turn, connections: int) -> float:
    return turn.loads[connections].percentile(0.99) / turn.loads[connections].percentile(0.5)


def _errors(turn: Turn) -> int:
    return sum(load.errors for load in turn.loads.values()) + (turn.batched.errors if turn.batched else 0)
