"""Which settings suit a machine that was measured: arithmetic only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

NEARLY = 0.95  # of the best rate is enough: more at once only makes each photo wait longer
CLEARS_S = 1.0  # a full queue is worked off in this time: longer waits are better refused
SERVED = 0.7  # what HTTP, JSON and the request log leave of the rate measured without them
SPARE = 8  # request threads for all that is no prediction
LARGEST, LEAST = 256, 16  # request threads: what the setting takes, what slow clients need


@dataclass(frozen=True)
class Measured:
    """How the file `network` did with `concurrent` predictions at once: photos a second, and times."""

    network: str
    concurrent: int
    per_s: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Choice:
    """One setting: `variable=value`, and why."""

    variable: str
    value: int
    why: str


def levels(cpus: int) -> list[int]:
    """Return how many predictions at once to try: 1, 2, 4, ..., the CPUs, once and twice."""
    doubled = [1 << power for power in range(cpus.bit_length())]
    return sorted({*doubled, cpus, (3 * cpus + 1) // 2, 2 * cpus} if cpus > 1 else {1, 2})


def together(turns: Iterable[Measured]) -> list[Measured]:
    """Return one measurement for each network and number at once: the medians of its turns."""
    grouped: dict[tuple[str, int], list[Measured]] = {}
    for turn in turns:
        grouped.setdefault((turn.network, turn.concurrent), []).append(turn)
    return [
        Measured(
            network,
            concurrent,
            median(turn.per_s for turn in group),
            median(turn.p50_ms for turn in group),
            median(turn.p99_ms for turn in group),
        )
        for (network, concurrent), group in grouped.items()
    ]


def choose(measured: Sequence[Measured], network: str) -> list[Choice]:
    """Return the settings for `network`, of which at least one rate was measured."""
    rows = [row for row in measured if row.network == network]
    best = max(rows, key=lambda row: row.per_s)
    taken = min((row for row in rows if row.per_s >= NEARLY * best.per_s), key=lambda row: row.concurrent)
    rate = SERVED * taken.per_s
    places = LARGEST - SPARE - taken.concurrent
    queue = max(1, min(int(rate * CLEARS_S), places))
    threads = max(LEAST, taken.concurrent + queue + SPARE)
    return [
        Choice("LENSWRIGHT_CONCURRENT_PREDICTIONS", taken.concurrent, _why_so_many(taken, best)),
        Choice("LENSWRIGHT_QUEUE_SIZE", queue, _why_queue(queue, rate)),
        Choice(
            "LENSWRIGHT_THREADS",
            threads,
            f"each prediction holds one: {taken.concurrent} in work, {queue} waiting, the others to spare",
        ),
    ]


def _why_so_many(taken: Measured, best: Measured) -> str:
    said = f"{taken.per_s:.0f} photos/s, p99 {taken.p99_ms:.0f} ms"
    if taken == best:
        return f"{said}: the most"
    return f"{said}; {best.concurrent} at once bring {best.per_s:.0f}, p99 {best.p99_ms:.0f} ms"


def _why_queue(queue: int, rate: float) -> str:
    return f"cleared in {queue / rate:.1f} s at {rate:.0f} requests/s, {SERVED:.0%} of the rate without HTTP"
