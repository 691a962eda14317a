"""Adam with decoupled weight decay, arXiv 1711.05101, on NumPy arrays; its constants are those of Keras."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEEP_MEAN, KEEP_SQUARE = 0.9, 0.999
SMALLEST = 1e-7

Floats = NDArray[np.float32]


class AdamW:
    """Moves `parameters`, float32 arrays of any shapes, in place. `rate` may change between steps."""

    def __init__(self, parameters: Sequence[Floats], *, rate: float, weight_decay: float) -> None:
        self.rate, self._weight_decay = rate, weight_decay
        self._parameters = parameters
        self._means = [np.zeros_like(parameter) for parameter in parameters]
        self._squares = [np.zeros_like(parameter) for parameter in parameters]
        self._steps = 0

    def step(self, gradients: Sequence[Floats]) -> None:
        """Go one step against `gradients`, one array for each parameter and of its shape."""
        self._steps += 1
        unbiased = np.sqrt(1 - KEEP_SQUARE**self._steps) / (1 - KEEP_MEAN**self._steps)
        moved = zip(self._parameters, self._means, self._squares, gradients, strict=True)
        for parameter, mean, square, gradient in moved:
            mean += (1 - KEEP_MEAN) * (gradient - mean)
            square += (1 - KEEP_SQUARE) * (gradient * gradient - square)
            parameter *= 1 - self.rate * self._weight_decay
            parameter -= np.float32(self.rate * unbiased) * mean / (np.sqrt(square) + SMALLEST)
