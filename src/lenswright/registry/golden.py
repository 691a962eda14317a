"""Frames every model must answer as on the day it was made: drawn from a seed, so none is stored."""

import numpy as np

from lenswright.imaging.decode import RGB
from lenswright.imaging.input_spec import InputSpec

GOLDEN_FRAMES = 4
NOISE = 24.0  # of 255


def golden_frames(spec: InputSpec, seed: int, count: int = GOLDEN_FRAMES) -> RGB:
    """Return uint8 (count, S, S, 3): smooth colour gradients with noise, the same on every machine."""
    random = np.random.Generator(np.random.PCG64(seed))
    ramp = np.linspace(0.0, 1.0, spec.size_px)
    frames = []
    for _ in range(count):
        corners = random.uniform(0, 255, size=(2, 2, 3))
        upper = corners[0, 0] + ramp[:, None] * (corners[0, 1] - corners[0, 0])  # (S, 3)
        lower = corners[1, 0] + ramp[:, None] * (corners[1, 1] - corners[1, 0])
        smooth = upper[None] + ramp[:, None, None] * (lower - upper)[None]  # -> (S, S, 3)
        noise = random.uniform(-NOISE, NOISE, size=smooth.shape)
        frames.append(np.clip(np.rint(smooth + noise), 0, 255).astype(np.uint8))
    return np.stack(frames)
