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
    mix,
    sample_boxes,
    sample_colour,
    sample_mixture,
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


def test_a_quarter_turn_turns_the_frame():
    frames = np.random.default_rng(2).integers(0, 256, (1, 16, 16, 3), dtype=np.uint8)
    turned = crop(frames, np.array([[*WHOLE[:4], np.pi / 2]], np.float32), 16).numpy()
    np.testing.assert_allclose(turned[0], np.rot90(frames[0]), atol=0.1)


def test_a_view_beyond_the_edge_shows_the_frame_reflected_and_no_black():
    frames = np.full((1, 16, 16, 3), 200, np.uint8)
    boxes = sample_boxes(np.random.default_rng(0), 50, Augmentation(shift=0.5, rotation_degrees=45))
    assert boxes[:, :4].max() > 1.1
    np.testing.assert_allclose(crop(np.repeat(frames, 50, axis=0), boxes, 12), 200, atol=1e-3)


def test_angles_and_shifts_lie_within_their_reach():
    plain = sample_boxes(np.random.default_rng(1), 300, Augmentation())
    moved = sample_boxes(np.random.default_rng(1), 300, Augmentation(shift=0.1, rotation_degrees=20))
    assert np.ptp(plain[:, 4]) == 0
    assert 15 < np.degrees(np.abs(moved[:, 4]).max()) <= 20
    assert 0.05 < np.abs(moved[:, :4] - plain[:, :4]).max() <= 0.1 + 1e-6


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


def test_mixup_pairs_every_photo_and_keeps_at_least_half_of_it():
    mixture = sample_mixture(np.random.default_rng(0), 64, Augmentation(mixup=0.4))
    assert sorted(mixture.partners) == list(range(64))
    assert mixture.shares.dtype == np.float32
    assert 0.5 <= mixture.shares.min() < mixture.shares.max() <= 1.0
    assert sample_mixture(np.random.default_rng(0), 64, Augmentation()) is None


def test_mixing_blends_pixels_and_targets_alike():
    images = np.stack([np.full((2, 2, 3), value, np.uint8) for value in (0, 200)])
    pairs, shares = np.array([1, 0]), np.array([0.75, 1.0], np.float32)
    np.testing.assert_allclose(mix(images, pairs, shares)[:, 0, 0, 0], [50, 200])
    np.testing.assert_allclose(mix(np.eye(2, dtype=np.float32), pairs, shares), [[0.75, 0.25], [0, 1]])
