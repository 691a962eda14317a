"""What was asked of one instance, or of several together: numbers that can be added."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from lenswright.monitoring.durations import Durations, all_durations, durations_from


@dataclass(frozen=True)
class Traffic:
    """The first three count since the start, the others over the last `window_s` seconds.

    `throughput_per_s` counts predictions, `durations` are theirs; `window_errors` are among all requests.
    """

    total: int
    predictions: int
    errors: int
    window_s: int
    window_requests: int
    window_errors: int
    throughput_per_s: float
    durations: Durations

    def entry(self) -> dict[str, Any]:
        """Return it as `/status` shows it."""
        shown = {name: getattr(self, name) for name in ("total", "predictions", "errors", "window_s")}
        return shown | {
            "window_requests": self.window_requests,
            "throughput_per_s": round(self.throughput_per_s, 3),
            "error_rate": round(self.window_errors / self.window_requests, 5)
            if self.window_requests
            else 0.0,
            "latency_ms": self.durations.summary(),
        }

    def to_json(self) -> dict[str, Any]:
        """Return what `traffic_from` reads."""
        return asdict(self) | {"durations": self.durations.to_json()}


def traffic_from(said: Mapping[str, Any]) -> Traffic:
    """Return what `to_json` made. Raises KeyError or ValueError for anything else."""
    values = {name.name: said[name.name] for name in fields(Traffic)}
    return Traffic(**values | {"durations": durations_from(said["durations"])})


def all_traffic(several: Sequence[Traffic]) -> Traffic:
    """Return the sum of at least one: counts and rates are added, histograms of durations merged."""
    summed = ("total", "predictions", "errors", "window_requests", "window_errors", "throughput_per_s")
    return Traffic(
        **{name: sum(getattr(one, name) for one in several) for name in summed},
        window_s=max(one.window_s for one in several),
        durations=all_durations(one.durations for one in several),
    )
