"""Views: where they are cut, that they mirror, and that colours stay pixels."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.training.augmentation import (
    MIRRORED,
    WHOLE,
    Augmentation,
    crop,
    jitter_colour,
    sample_boxes,
    sample_colour,
)


def test_boxes_stay_inside_the_frame_and_keep_the_promised_area():
    boxes = sample_boxes(np.random.default_rng(0), 500, Augmentation(min_area=0.4, max_stretch=1.5))
    assert boxes.shape == (500, 5)
    assert boxes.dtype == np.float32
    assert boxes.min() >= 0
    assert boxes.max() <= 1 + 1e-6
    height, width = boxes[:, 2] - boxes[:, 0], np.abs(boxes[:, 3] - boxes[:, 1])
    assert (height * width).min() > 0.4 / 1.5
    assert (height / width).max() < 1.5 + 1e-4


def test_about_half_of_the_boxes_mirror_and_none_where_mirroring_is_off():
    mirrored = [
        np.mean([x1 > x2 for _, x1, _, x2, _ in sample_boxes(np.random.default_rng(1), 400, augmentation)])
        for augmentation in (Augmentation(), Augmentation(mirror=False))
    ]
    assert 0.4 < mirrored[0] < 0.6
    assert mirrored[1] == 0


def test_one_seed_fixes_the_views():
    first, second = (sample_boxes(np.random.default_rng(3), 9, Augmentation()) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_whole_box_changes_nothing_and_the_mirrored_one_turns_left_to_right():
    frames = np.random.default_rng(2).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    views = crop(frames, np.array([WHOLE, MIRRORED], np.float32), 16).numpy()
    np.testing.assert_allclose(views[0], frames[0], atol=1e-3)
    np.testing.assert_allclose(views[1], frames[1, :, ::-1], atol=1e-3)


def test_colour_factors_of_one_return_the_same_pixels():
    images = np.random.default_rng(4).integers(0, 256, (3, 8, 8, 3)).astype(np.float32)
    same = jitter_colour(images, np.ones((3, 3), np.float32)).numpy()
    assert same.dtype == np.uint8
    np.testing.assert_array_equal(same, images)


def test_no_saturation_is_grey_no_contrast_is_flat_and_brightness_is_clipped():
    images = np.random.default_rng(4).integers(0, 256, (3, 8, 8, 3)).astype(np.float32)
    factors = np.array([[1, 1, 0], [1, 0, 1], [9, 1, 1]], np.float32)
    grey, flat, bright = jitter_colour(images, factors).numpy()
    assert np.ptp(grey, axis=2).max() == 0
    assert np.ptp(flat) == 0
    assert bright.max() == 255


def test_colour_factors_lie_within_their_reach():
    factors = sample_colour(np.random.default_rng(6), 300, Augmentation(brightness=0.1, saturation=0.0))
    assert factors.shape == (300, 3)
    assert np.abs(factors[:, 0] - 1).max() <= 0.1
    assert np.abs(factors[:, 2] - 1).max() == 0
