from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lenswright.dataset.example import Photo
from lenswright.errors import NotFound, TrainingStopped
from lenswright.imaging.decode import DecodeLimits, decode
from lenswright.imaging.framing import frame
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import open_session
from lenswright.training.feature_cache import FeatureCache
from lenswright.training.features import FeatureExtractor, photo_view
from tests.builders import photo, stored_photo
from tests.training.tiny_models import SIZE_PX, tiny_network

SPEC = InputSpec(SIZE_PX, "squash")


def photos(count: int) -> list[Photo]:
    return [stored_photo(id=index, pixel_sha256=f"{index:064x}") for index in range(count)]


def read(wanted: Photo) -> bytes:
    return photo((40 * wanted.id % 256, 90, 20), seed=wanted.id)


def extractor(folder: Path, read_photo: Callable[[Photo], bytes] = read) -> FeatureExtractor:
    return FeatureExtractor(
        open_session(tiny_network()), SPEC, FeatureCache(folder, 3), read_photo, DecodeLimits()
    )


def ignore(done: int, total: int, speed: float) -> None:
    """Progress that nobody looks at."""


def test_an_embedding_is_that_of_the_serving_path(tmp_path: Path) -> None:
    made = extractor(tmp_path)
    made.fill(photos(3), 1, ignore)
    framed = frame(decode(read(photos(3)[2])).rgb, SPEC)
    expected = open_session(tiny_network()).run(["embedding"], {"images": framed[None]})[0][0]
    assert made.rows(photos(3))[np.array([2])][0] == pytest.approx(expected, rel=1e-3)


def test_only_what_is_new_is_computed(tmp_path: Path) -> None:
    extractor(tmp_path).fill(photos(5), 2, ignore)
    asked: list[int] = []

    def watching(wanted: Photo) -> bytes:
        asked.append(wanted.id)
        return read(wanted)

    extractor(tmp_path, watching).fill(photos(7), 2, ignore)
    assert sorted(asked) == [5, 6]


def test_a_photo_that_is_gone_or_damaged_is_named_and_the_others_are_embedded(tmp_path: Path) -> None:
    def broken(wanted: Photo) -> bytes:
        if wanted.id == 1:
            raise NotFound("file", "gone")
        return read(wanted)[:50] if wanted.id == 2 else read(wanted)

    made = extractor(tmp_path, broken)
    assert made.fill(photos(4), 1, ignore) == {1, 2}
    assert made.rows([photos(4)[0], photos(4)[3]]).shape == (2, 3)


def test_progress_may_stop_the_work_and_what_is_done_is_kept(tmp_path: Path) -> None:
    def stop(done: int, total: int, speed: float) -> None:
        raise TrainingStopped("enough")

    made = extractor(tmp_path)
    with pytest.raises(TrainingStopped):
        made.fill(photos(300), 1, stop)
    assert 0 < len(made.cache) < 300


def test_views_are_the_photo_its_mirror_image_and_crops_that_stay_the_same() -> None:
    rgb = decode(photo(width=90, height=60, seed=3)).rgb
    plain, mirrored = photo_view(rgb, 0, SPEC, seed=1), photo_view(rgb, 1, SPEC, seed=1)
    assert np.array_equal(plain, frame(rgb, SPEC))
    assert np.array_equal(mirrored, plain[:, ::-1])
    crop = photo_view(rgb, 2, SPEC, seed=1)
    assert crop.shape == plain.shape
    assert np.array_equal(crop, photo_view(rgb, 2, SPEC, seed=1))
    assert not np.array_equal(crop, photo_view(rgb, 3, SPEC, seed=1))


def test_views_are_read_one_after_the_other(tmp_path: Path) -> None:
    made = extractor(tmp_path)
    made.fill(photos(3), 2, ignore)
    both = made.rows(photos(3), views=2)
    assert both.shape == (6, 3)
    assert np.array_equal(both[np.arange(3)], made.rows(photos(3))[np.arange(3)])
