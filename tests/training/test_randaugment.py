"""RandAugment: it changes photos into photos, and one seed always the same way."""

import numpy as np
import pytest
from PIL import Image

from lenswright.training.randaugment import OPERATIONS, rand_augment
from tests.builders import make_pixels

FRAME = make_pixels(size=(40, 40))


def test_a_photo_stays_a_photo_of_its_size():
    for seed in range(30):
        changed = rand_augment(FRAME, 3, np.random.default_rng(seed))
        assert (changed.shape, changed.dtype) == (FRAME.shape, np.uint8)


def test_one_seed_fixes_the_operations():
    first, again = (rand_augment(FRAME, 2, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_no_operations_change_nothing():
    np.testing.assert_array_equal(rand_augment(FRAME, 0, np.random.default_rng(0)), FRAME)


@pytest.mark.parametrize("number", range(1, len(OPERATIONS)))
def test_every_operation_but_the_first_changes_the_photo(number):
    frame = FRAME // 2 + 90
    changed = np.asarray(OPERATIONS[number](Image.fromarray(frame), 0.3))
    assert not np.array_equal(changed, frame)
