"""May this candidate replace the champion? A verdict with its numbers and one sentence for people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lenswright.errors import InputRefused, NotEnoughPhotos
from lenswright.evaluation.metrics import Ints

SIGNIFICANT = 0.05
LARGE_DROP, LARGE_DROP_PHOTOS = 0.10, 3  # refused although so few photos cannot prove it
NEVER_RIGHT_PHOTOS = 3  # a class with at least this many photos must be recognised once
CLASS_DROP, CLASS_DROP_PHOTOS = 0.20, 20
DRAWS, SEED = 2_000, 20_261_121


@dataclass(frozen=True)
class GateLimits:
    """What a candidate may cost at most: milliseconds per photo, bytes of its network. 0: no limit."""

    max_latency_ms: float = 0
    max_size_bytes: float = 0

    def exceeded(self, latency_ms: float | None, size_bytes: int | None) -> list[str]:
        """Return a sentence for each limit the candidate is over; what was not measured is not."""
        found = []
        if self.max_latency_ms and (latency_ms or 0) > self.max_latency_ms:
            found.append(
                f"A photo takes {latency_ms:.0f} ms, more than the {self.max_latency_ms:g} ms allowed."
            )
        if self.max_size_bytes and (size_bytes or 0) > self.max_size_bytes:
            allowed = self.max_size_bytes / 1e6
            found.append(
                f"Its network is {(size_bytes or 0) / 1e6:.1f} MB, more than the {allowed:g} MB allowed."
            )
        return found


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: `reason` is a sentence, `numbers` is what it rests on, ready for JSON."""

    promote: bool
    reason: str
    numbers: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return {"promote", "reason", "numbers"}."""
        return asdict(self)


def judge(
    *,
    labels: Ints,
    candidate: Ints,
    champion: Ints | None,
    candidate_version: str,
    champion_version: str | None,
    classes: Sequence[str],
    latency_ms: float | None = None,
    size_bytes: int | None = None,
    limits: GateLimits = GateLimits(),
) -> Verdict:
    """Return whether the candidate should serve, from both models' answers to the same test photos.

    All arrays (N,) hold indices into `classes`; a champion's answer that is none of them is -1.
    The candidate is refused when it is significantly worse (exact McNemar test, p < 0.05), clearly
    worse on a set too small for significance, when a class collapses, or when it is over a limit.
    Raises NotEnoughPhotos when N is 0 and InputRefused when the lengths differ.
    """
    _check(labels, candidate, champion)
    collapsed = _collapsed(labels, candidate, champion, classes)
    numbers = _numbers(labels, candidate, champion) | {
        "candidate_version": candidate_version,
        "champion_version": champion_version,
        "collapsed": [name for name, _ in collapsed],
        "latency_ms": latency_ms,
        "size_bytes": size_bytes,
        **asdict(limits),
    }
    worse = _too_bad(numbers)
    against = [text for _, text in collapsed] + limits.exceeded(latency_ms, size_bytes)
    promote = worse is None and not against
    sentence = " ".join([_comparison(numbers) + (worse or ""), *against])
    return Verdict(promote, f"{'Promoted' if promote else 'Not promoted'}: {sentence}", numbers)


def mcnemar(gained: int, lost: int) -> float:
    """Return the exact two-sided p-value of `gained` newly right against `lost` newly wrong answers."""
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def bootstrap_interval(gained: int, lost: int, photos: int) -> tuple[float, float]:
    """Return the 95 % interval -1..1 of the difference in accuracy, from a paired bootstrap.

    Only how many photos are gained and lost matters, so drawing `photos` photos again is one draw
    from the multinomial distribution of (gained, lost, the same).
    """
    shares = np.array([gained, lost, photos - gained - lost]) / photos
    drawn = np.random.default_rng(SEED).multinomial(photos, shares, size=DRAWS)  # (DRAWS, 3)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / photos, (0.025, 0.975))
    return float(low), float(high)


def _check(labels: Ints, candidate: Ints, champion: Ints | None) -> None:
    if len(labels) == 0:
        raise NotEnoughPhotos("Expected at least one test photo to judge the candidate by. Received: none.")
    for name, answers in (("candidate", candidate), ("champion", champion)):
        if answers is not None and len(answers) != len(labels):
            raise InputRefused(f"Expected {len(labels)} answers of the {name}. Received: {len(answers)}.")


def _numbers(labels: Ints, candidate: Ints, champion: Ints | None) -> dict[str, Any]:
    ours = candidate == labels
    numbers: dict[str, Any] = {
        "test_photos": len(labels),
        "candidate_right": int(ours.sum()),
        "candidate_accuracy": float(ours.mean()),
        **dict.fromkeys(("champion_right", "champion_accuracy", "gained", "lost", "p_value")),
        **dict.fromkeys(("difference", "difference_low", "difference_high")),
    }
    if champion is None:
        return numbers
    theirs = champion == labels
    gained, lost = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    low, high = bootstrap_interval(gained, lost, len(labels))
    return numbers | {
        "champion_right": int(theirs.sum()),
        "champion_accuracy": float(theirs.mean()),
        "gained": gained,
        "lost": lost,
        "p_value": mcnemar(gained, lost),
        "difference": (gained - lost) / len(labels),
        "difference_low": low,
        "difference_high": high,
    }


def _comparison(numbers: dict[str, Any]) -> str:
    ours, photos = _percent(numbers["candidate_accuracy"]), _photos(numbers["test_photos"])
    if numbers["champion_accuracy"] is None:
        return f"{ours} on {photos}; no other model serves this task yet."
    theirs, p_value = _percent(numbers["champion_accuracy"]), _p(numbers["p_value"])
    compared = f"{ours} against {theirs} of the champion on the same {photos}"
    if numbers["gained"] == numbers["lost"] == 0:
        return f"{compared}; both are right and wrong on the same photos."
    if numbers["p_value"] < SIGNIFICANT:
        return f"{compared}; the difference is significant ({p_value})."
    return f"{compared}; the difference is within chance ({p_value})."


def _too_bad(numbers: dict[str, Any]) -> str | None:
    """Return why the candidate as a whole is too bad ("" where the comparison says it all), or None."""
    if numbers["p_value"] is None:
        return None
    net_lost, photos = numbers["lost"] - numbers["gained"], numbers["test_photos"]
    if net_lost > 0 and numbers["p_value"] < SIGNIFICANT:
        return ""
    if net_lost >= LARGE_DROP_PHOTOS and net_lost > LARGE_DROP * photos:
        return (
            f" So few photos prove nothing, but a loss of {_percent(net_lost / photos)} is too much to risk."
        )
    return None


def _collapsed(
    labels: Ints, candidate: Ints, champion: Ints | None, classes: Sequence[str]
) -> list[tuple[str, str]]:
    """Return (class, sentence) of every class that the candidate forgets or nearly so."""
    found = []
    for index in np.unique(labels).tolist():
        own = labels == index
        photos, ours = int(own.sum()), int((candidate[own] == index).sum())
        theirs = None if champion is None else int((champion[own] == index).sum())
        if _class_collapses(photos, ours, theirs):
            compared = "" if theirs is None else f" (the champion: {theirs})"
            name = classes[index]
            found.append((name, f"The class {name!r} collapses: {ours} of {photos} recognised{compared}."))
    return found


def _class_collapses(photos: int, ours: int, theirs: int | None) -> bool:
    forgotten = ours == 0 and photos >= NEVER_RIGHT_PHOTOS and theirs != 0
    dropped = theirs is not None and photos >= CLASS_DROP_PHOTOS and theirs - ours > CLASS_DROP * photos
    return forgotten or dropped


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _photos(count: int) -> str:
    return f"{count} test photo{'' if count == 1 else 's'}"


def _p(value: float) -> str:
    if value < 0.001:
        return "p < 0.001"
    return f"p = {value:.3f}" if value < 0.1 else f"p = {value:.2f}"
