"""Frames: the same square in training and serving."""

import numpy as np
import pytest

from lenswright.errors import BundleRefused
from lenswright.imaging.decode import decode
from lenswright.imaging.framing import decode_framed, frame
from lenswright.imaging.input_spec import InputSpec
from lenswright.imaging.stacking import stack
from tests.builders import make_photo


def two_halves(width: int, height: int) -> np.ndarray:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, width // 2 :] = 255
    return rgb


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (10, 10), (1, 1), (1000, 3)])
@pytest.mark.parametrize("framing", ["squash", "crop"])
def test_a_frame_is_a_square_of_the_spec_s_size(size: tuple[int, int], framing: str) -> None:
    framed = frame(two_halves(*size), InputSpec(64, framing))  # type: ignore[arg-type]
    assert framed.shape == (64, 64, 3)
    assert framed.dtype == np.uint8


def test_squash_keeps_the_edges_and_crop_cuts_them() -> None:
    rgb = np.full((100, 300, 3), 255, np.uint8)
    rgb[:, :50] = rgb[:, 250:] = 0  # outside the central square
    assert frame(rgb, InputSpec(32, "squash"))[16, 1].tolist() == [0, 0, 0]
    assert frame(rgb, InputSpec(32, "crop")).min() == 255


def test_framing_again_changes_nothing() -> None:
    framed = decode_framed(make_photo(), InputSpec(48))
    assert np.array_equal(frame(framed, InputSpec(48)), framed)


def test_decoding_and_framing_at_once_is_decoding_then_framing() -> None:
    data, spec = make_photo(size=(900, 700)), InputSpec(96)
    assert np.array_equal(decode_framed(data, spec), frame(decode(data, draft_px=96).rgb, spec))


def test_frames_are_stacked_in_order() -> None:
    frames = [decode_framed(make_photo(seed=seed), InputSpec(32)) for seed in range(3)]
    batch = stack(frames)
    assert batch.shape == (3, 32, 32, 3)
    assert np.array_equal(batch[2], frames[2])


def test_a_spec_survives_json() -> None:
    spec = InputSpec(160, "crop")
    assert InputSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize("record", [{"size_px": 8, "framing": "squash"}, {"size_px": 64, "framing": "tilt"}])
def test_a_spec_that_cannot_be_obeyed_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(BundleRefused, match=r"Expected .* Received: "):
        InputSpec.from_json(record)
