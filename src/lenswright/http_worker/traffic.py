"""What goes through the server of this process now; for metrics."""

from dataclasses import dataclass

from lenswright.http_worker.bridge import Bridge


@dataclass(frozen=True)
class Traffic:
    """`waiting`: requests that wait for a thread; `refused`: those turned away since the start."""

    waiting: int
    refused: int


_bridges: list[Bridge] = []  # one, where this process serves


def watch(bridge: Bridge) -> None:
    """Let `traffic` look at `bridge`."""
    _bridges[:] = [bridge]


def traffic() -> Traffic:
    """Return what goes on at this moment: nothing where no server runs in this process."""
    return Traffic(sum(bridge.waiting for bridge in _bridges), sum(bridge.refused for bridge in _bridges))
