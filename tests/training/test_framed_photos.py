"""Framed photos: larger to train on than to judge by, lent and then gone, never half written."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.errors import StorageFailure, TrainingStopped
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.settings import load_settings
from lenswright.training.framed_photos import framed
from lenswright.training.progress import Heartbeat
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench
from tests.builders import stored_photo
from tests.models import CLASSES, photo_of

SPEC = InputSpec(32, "crop")


class Stopping(Heartbeat):
    stop_asked = True


@pytest.fixture
def bench(tmp_path):
    opened = Workbench.open(load_settings(home=tmp_path / "home"))
    yield opened
    opened.database.close()


@pytest.fixture
def photos(bench):
    stored = [
        stored_photo(id=number, sha256=f"{number:064x}", label=CLASSES[number % 2]) for number in range(6)
    ]
    for photo in stored:
        bench.uploads.write(photo.key, photo_of(photo.id % 2, seed=photo.id))
    return SplitPhotos(CLASSES, stored[:4], stored[4:], [])


def test_frames_are_those_of_serving_and_gone_afterwards(bench, photos, tmp_path):
    with framed(photos, SPEC, tmp_path, bench=bench, heartbeat=Heartbeat(bench.journal, 1)) as frames:
        assert (frames.train.shape, frames.train.dtype) == ((4, 44, 44, 3), np.uint8)
        assert frames.labels.tolist() == [0, 1, 0, 1]
        assert frames.validation_labels.tolist() == [0, 1]
        for photo, pixels in zip(photos.validation, frames.validation, strict=True):
            np.testing.assert_array_equal(pixels, decode_framed(bench.read_photo(photo), SPEC))
        assert len(list(tmp_path.glob("frames-*"))) == 2
    assert not list(tmp_path.glob("frames-*"))


def test_a_stop_while_framing_leaves_no_file(bench, photos, tmp_path):
    with (
        pytest.raises(TrainingStopped),
        framed(photos, SPEC, tmp_path, bench=bench, heartbeat=Stopping(bench.journal, 1)),
    ):
        pass
    assert not list(tmp_path.glob("frames-*"))


def test_frames_that_the_disk_cannot_hold_are_refused_before_they_are_written(bench, photos, tmp_path):
    many = SplitPhotos(CLASSES, range(10**15), photos.validation, [])
    with (
        pytest.raises(StorageFailure, match="bytes free for framed photos"),
        framed(many, SPEC, tmp_path, bench=bench, heartbeat=Heartbeat(bench.journal, 1)),
    ):
        pass
