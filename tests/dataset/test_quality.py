"""Blurred, dark, bright, tiny and odd photos are marked; the marks and the conditions of queries agree."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter
from sqlalchemy import select

from lenswright.dataset.intake import Upload
from lenswright.dataset.quality import PROBLEMS, problem_condition, quality_of, quality_problems
from lenswright.dataset.statistics import photo
from lenswright.imaging.decode import RGB
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import encode, make_photo, make_pixels, stored_photo
from tests.dataset.conftest import Take

ORDINARY = replace(stored_photo(), width=640, height=480, brightness=120.0, sharpness=500.0)


def plain(level: int, size: tuple[int, int] = (40, 60)) -> RGB:
    return np.full((*size, 3), level, np.uint8)


def blurred(radius: float, size: tuple[int, int] = (640, 480)) -> RGB:
    picture = Image.fromarray(make_pixels(size=size)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(picture)


@pytest.mark.parametrize("level", [0, 77, 255])
def test_a_plain_surface_is_as_bright_as_it_is_and_not_sharp(level: int) -> None:
    found = quality_of(plain(level))
    assert (found.brightness, found.sharpness) == (level, 0)


def test_brightness_is_that_of_luma() -> None:
    green = plain(0)
    green[..., 1] = 255
    assert quality_of(green).brightness == pytest.approx(0.587 * 255, abs=1)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    dot = plain(0, (7, 7))
    dot[3, 3] = 200
    around = [-800, 200, 200, 200, 200] + 20 * [0]
    assert quality_of(dot).sharpness == pytest.approx(np.var(around), rel=1e-5)


def test_the_more_a_photo_is_blurred_the_less_sharp_it_is() -> None:
    found = [quality_of(blurred(radius)).sharpness for radius in (0, 2, 4, 8)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 3 * found[-1]


def test_the_same_photo_in_more_pixels_is_about_as_sharp() -> None:
    large = Image.fromarray(blurred(6, (1280, 960)))
    small = large.resize((512, 384), Image.Resampling.LANCZOS)
    assert quality_of(np.asarray(small)).sharpness == pytest.approx(
        quality_of(np.asarray(large)).sharpness, rel=0.5
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (2, 2), (5000, 1), (3, 3)])
def test_a_photo_of_any_size_has_a_quality(size: tuple[int, int]) -> None:
    assert quality_of(plain(90, size)).brightness == 90


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ()),
        ({"sharpness": 59.9}, ("blurred",)),
        ({"sharpness": 60.0}, ()),
        ({"brightness": 49.9}, ("dark",)),
        ({"brightness": 190.1}, ("bright",)),
        ({"width": 63}, ("tiny", "odd_shape")),
        ({"width": 64, "height": 64}, ()),
        ({"width": 300, "height": 100}, ()),
        ({"width": 301, "height": 100}, ("odd_shape",)),
        ({"width": 100, "height": 301}, ("odd_shape",)),
        ({"brightness": None, "sharpness": None}, ()),
        ({"brightness": 3.0, "sharpness": 1.0, "width": 20, "height": 20}, ("blurred", "dark", "tiny")),
    ],
)
def test_what_is_odd_about_a_photo_has_a_code(changes: dict[str, float], codes: tuple[str, ...]) -> None:
    assert quality_problems(replace(ORDINARY, **changes)) == codes  # type: ignore[arg-type]


def test_the_intake_measures_and_queries_find_what_is_marked(take: Take, database: Database) -> None:
    wide = make_pixels(size=(400, 100))
    pictures = [
        make_pixels(size=(320, 240)),
        np.asarray(Image.fromarray(make_pixels(seed=1, size=(320, 240))).filter(ImageFilter.GaussianBlur(9))),
        (make_pixels(seed=2, size=(320, 240)) // 8).astype(np.uint8),
        (255 - make_pixels(seed=3, size=(320, 240)) // 8).astype(np.uint8),
        make_pixels(seed=4, size=(50, 50)),
        wide,
    ]
    take(*(Upload("x", encode(Image.fromarray(picture), "PNG")) for picture in pictures))
    photos = [photo(database, number) for number in range(1, 7)]
    assert quality_problems(photos[0]) == ()
    for code, one in zip(PROBLEMS, photos[1:], strict=True):
        assert code in quality_problems(one)
    with database.reading() as session:
        for code in PROBLEMS:
            found = set(session.scalars(select(PhotoRow.id).where(problem_condition(code))))
            assert found == {one.id for one in photos if code in quality_problems(one)}


def test_a_photo_that_was_never_measured_is_found_by_its_size_only(take: Take, database: Database) -> None:
    take(Upload("x", make_photo(size=(50, 50))))
    with database.writing() as session:
        row = session.get_one(PhotoRow, 1)
        row.brightness = row.sharpness = None
    with database.reading() as session:
        found = [
            code
            for code in PROBLEMS
            if session.scalars(select(PhotoRow.id).where(problem_condition(code))).all()
        ]
    assert found == ["tiny"]
