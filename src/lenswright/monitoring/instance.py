"""One of the instances that share a home: who it is, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lenswright.monitoring.traffic import Traffic, traffic_from


@dataclass(frozen=True)
class Instance:
    """Which of several instances this is; `host` and `port` are where it listens, `machine` is its name.

    `started_at` in epoch seconds.
    """

    id: str
    host: str
    port: int
    pid: int
    started_at: float
    machine: str


@dataclass(frozen=True)
class Figures:
    """How an instance is: the `versions` that serve by task, its traffic, memory.

    `queue_length`: requests that wait for a thread, and predictions that wait for their turn.
    """

    versions: Mapping[str, str]
    traffic: Traffic
    queue_length: int
    memory_bytes: int

    def to_json(self) -> dict[str, Any]:
        """Return what `figures_from` reads."""
        return {**vars(self), "versions": dict(self.versions), "traffic": self.traffic.to_json()}


@dataclass(frozen=True)
class LiveInstance:
    """An instance that lives, and its last figures."""

    instance: Instance
    figures: Figures


def figures_from(said: Mapping[str, Any]) -> Figures:
    """Return what `to_json` made. Raises KeyError, TypeError or ValueError for anything else."""
    return Figures(**{**said, "traffic": traffic_from(said["traffic"])})
