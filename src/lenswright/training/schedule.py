"""How far a run is and which learning rate that means. Plain numbers; no model, no clock of its own."""

import math
from dataclasses import dataclass

from lenswright.errors import SettingsError


@dataclass(frozen=True)
class Budget:
    """What a run may use: `minutes` of training time, `epochs`, or whichever ends first.

    Raises SettingsError if neither is given or one is not positive.
    """

    minutes: float | None = None
    epochs: int | None = None

    def __post_init__(self) -> None:
        if self.minutes is None and self.epochs is None:
            raise SettingsError("Expected a budget in minutes, in epochs or both. Received: neither.")
        if (self.minutes is not None and self.minutes <= 0) or (self.epochs is not None and self.epochs < 1):
            raise SettingsError(f"Expected a positive budget. Received: {self}.")

    def progress(self, epoch_fraction: float, elapsed_s: float) -> float:
        """Return 0..1 after `epoch_fraction` epochs and `elapsed_s` seconds of training."""
        by_epochs = epoch_fraction / self.epochs if self.epochs else 0.0
        by_time = elapsed_s / (60.0 * self.minutes) if self.minutes else 0.0
        return min(1.0, max(by_epochs, by_time))


def learning_rate_at(progress: float, peak: float, warm_up: float) -> float:
    """Return the rate: a straight line up to `peak` at `warm_up`, then a cosine down to 1 % of it."""
    if progress < warm_up:
        return peak * max(progress / warm_up, 0.01)
    falling = (progress - warm_up) / (1.0 - warm_up)
    return peak * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(falling, 1.0))))


def size_at(progress: float, sizes: tuple[tuple[float, int], ...]) -> int:
    """Return the side in pixels of the last (from_progress, size_px) that has begun."""
    return [size_px for begins, size_px in sizes if begins <= progress][-1]
