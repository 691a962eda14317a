"""The photos of an epoch: each once, weighted by class, and under a teacher exactly its views."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.training.augmentation import Augmentation
from lenswright.training.batches import Photos
from lenswright.training.distillation import ViewBank, fixed_boxes
from tests.training.tiny_models import two_coloured_photos


def test_an_epoch_shows_every_photo_once_in_full_batches():
    frames, labels = two_coloured_photos(12)
    batches = list(Photos(frames, labels, None).batches(np.random.default_rng(0), 4, Augmentation()))
    shown = np.concatenate([batch.frames for batch in batches])
    assert [len(batch.labels) for batch in batches] == [4, 4, 4]
    assert {frame.tobytes() for frame in shown} == {frame.tobytes() for frame in frames}


def test_a_batch_larger_than_the_photos_is_all_of_them():
    frames, labels = two_coloured_photos(6)
    (batch,) = Photos(frames, labels, None).batches(np.random.default_rng(0), 64, Augmentation())
    assert len(batch.labels) == 6


def test_a_rare_class_weighs_more_so_that_all_weigh_the_same():
    frames, _ = two_coloured_photos(12)
    labels = np.array([0] * 9 + [1] * 3, np.int64)
    (batch,) = Photos(frames, labels, None).batches(np.random.default_rng(0), 12, Augmentation())
    assert batch.weights[batch.labels == 0].sum() == pytest.approx(batch.weights[batch.labels == 1].sum())
    assert batch.weights.mean() == pytest.approx(1.0)


def test_classes_may_also_count_by_their_photos():
    frames, _ = two_coloured_photos(12)
    photos = Photos(frames, np.array([0] * 9 + [1] * 3, np.int64), balanced=False)
    (batch,) = photos.batches(np.random.default_rng(0), 12, Augmentation())
    assert (batch.weights == 1).all()


def test_one_seed_fixes_every_view_and_another_gives_others():
    frames, labels = two_coloured_photos(8)
    wild = Augmentation(randaugment=2, mixup=0.4, rotation_degrees=10)
    first, again, other = (
        next(Photos(frames, labels).batches(np.random.default_rng(seed), 8, wild)) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.boxes, again.boxes)
    np.testing.assert_array_equal(first.mixture.shares, again.mixture.shares)
    assert (first.frames.shape, first.frames.dtype) == (frames.shape, np.uint8)
    assert not np.array_equal(first.frames, other.frames)


def test_under_a_teacher_box_embedding_and_logits_belong_to_one_view_of_one_photo():
    frames, labels = two_coloured_photos(8)
    boxes = fixed_boxes(np.random.default_rng(2), 8, 5, Augmentation())
    names = np.arange(40).reshape(8, 5, 1)  # every view has its own number
    bank = ViewBank(boxes, names.astype(np.float16), np.zeros(1, np.float32), names.astype(np.float32))
    (batch,) = Photos(frames, labels, bank).batches(np.random.default_rng(0), 8, Augmentation())
    for frame, box, embedding, logits in zip(
        batch.frames, batch.boxes, batch.embeddings, batch.logits, strict=True
    ):
        photo, view = divmod(int(embedding[0]), 5)
        assert logits[0] == embedding[0]
        np.testing.assert_array_equal(frame, frames[photo])
        np.testing.assert_array_equal(box, boxes[photo, view])
