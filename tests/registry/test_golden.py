"""The golden frames are the same everywhere, and unlike one another."""

import hashlib

import numpy as np

from lenswright.imaging.input_spec import InputSpec
from lenswright.registry.golden import golden_frames


def test_golden_frames_are_those_of_every_other_machine() -> None:
    frames = golden_frames(InputSpec(32), 7)
    assert (frames.shape, frames.dtype) == ((4, 32, 32, 3), np.uint8)
    digest = hashlib.sha256(frames.tobytes()).hexdigest()
    assert digest == "cca9875151cc906a729c40770140f85d90cb422bf54f9f91b251d090ddd59d95"


def test_another_seed_or_frame_is_another_picture() -> None:
    first, second, *_ = golden_frames(InputSpec(32), 7)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, golden_frames(InputSpec(32), 8)[0])
    assert first.std() > 10
