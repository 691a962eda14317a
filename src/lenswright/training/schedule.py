"""How far a run is and which learning rate that means. Plain numbers; no model, no clock of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Schedule:
    """The learning rate: a straight line up to `peak` at progress `warm_up`, then down.

    `falls`: "cosine" reaches 1 % of the peak at the end; "plateau" halves the rate whenever `patience`
    epochs in a row brought no lower validation loss.
    """

    peak: float
    warm_up: float = 0.0
    falls: Literal["cosine", "plateau"] = "cosine"
    patience: int = 3

    def rate(self, progress: float, val_losses: Sequence[float] = ()) -> float:
        """Return the rate at `progress` 0..1; `val_losses` are those of the finished epochs."""
        if progress < self.warm_up:
            return self.peak * max(progress / self.warm_up, 0.01)
        if self.falls == "plateau":
            return self.peak * 0.5 ** self._plateaus(val_losses)
        falling = (progress - self.warm_up) / (1.0 - self.warm_up)
        return self.peak * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(falling, 1.0))))

    def _plateaus(self, val_losses: Sequence[float]) -> int:
        lowest, waited, plateaus = math.inf, 0, 0
        for loss in val_losses:
            lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
            if waited == self.patience:
                waited, plateaus = 0, plateaus + 1
        return plateaus


def size_at(progress: float, sizes: tuple[tuple[float, int], ...]) -> int:
    """Return the side in pixels of the last (from_progress, size_px) that has begun."""
    return [size_px for begins, size_px in sizes if begins <= progress][-1]
