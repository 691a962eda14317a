"""The teacher's word on fixed views: right views, stored once, built anew when the photos change."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

from lenswright.errors import TrainingStopped
from lenswright.training.augmentation import MIRRORED, WHOLE, Augmentation, crop
from lenswright.training.distillation import build_view_bank, fixed_boxes
from tests.training.tiny_models import tiny_network, two_coloured_photos


@pytest.fixture
def teacher(tmp_path):
    path = tmp_path / "teacher.onnx"
    path.write_bytes(tiny_network())
    return path


def test_the_first_views_are_the_whole_photo_and_its_mirror_image():
    boxes = fixed_boxes(np.random.default_rng(0), 5, 4, Augmentation())
    assert boxes.shape == (5, 4, 5)
    assert (boxes[:, 0] == WHOLE).all()
    assert (boxes[:, 1] == MIRRORED).all()


def test_the_bank_holds_the_teachers_embedding_of_exactly_each_view(teacher, tmp_path):
    frames, labels = two_coloured_photos(12, 48)
    bank = build_view_bank(teacher, frames, labels, tmp_path / "bank", views=3)
    assert (bank.embeddings.shape, bank.embeddings.dtype) == ((12, 3, 3), np.float16)
    view = np.clip(np.round(crop(frames[7:8], bank.boxes[7, 2:3], 32).numpy()), 0, 255)
    np.testing.assert_allclose(bank.embeddings[7, 2], view.mean(axis=(0, 1, 2)), rtol=2e-3)


def test_the_teachers_own_head_tells_the_classes_apart(teacher, tmp_path):
    frames, labels = two_coloured_photos(20, 48)
    bank = build_view_bank(teacher, frames, labels, tmp_path / "bank", views=2)
    assert bank.logits.shape == (20, 2, 2)
    assert (bank.logits.argmax(axis=-1) == labels[:, None]).all()


def test_three_classes_get_three_logits(teacher, tmp_path):
    frames, labels = two_coloured_photos(12, 32)
    labels[:4] = 2
    assert build_view_bank(teacher, frames, labels, tmp_path / "bank", views=2).logits.shape == (12, 2, 3)


def test_a_bank_is_read_back_and_built_anew_only_for_other_photos(teacher, tmp_path):
    frames, labels = two_coloured_photos(8, 32)
    folder = tmp_path / "bank"
    build_view_bank(teacher, frames, labels, folder, views=2)
    written = (folder / "embeddings.npy").stat().st_mtime_ns
    build_view_bank(teacher, frames, labels, folder, views=2)
    assert (folder / "embeddings.npy").stat().st_mtime_ns == written
    changed = build_view_bank(teacher, 255 - frames, labels, folder, views=2)
    np.testing.assert_allclose(changed.embeddings[0, 0], (255 - frames[0]).mean(axis=(0, 1)), rtol=2e-3)


def test_a_stop_while_the_teacher_looks_leaves_no_half_bank(teacher, tmp_path):
    frames, labels = two_coloured_photos(8, 32)
    with pytest.raises(TrainingStopped):
        build_view_bank(teacher, frames, labels, tmp_path / "bank", views=2, should_stop=lambda: True)
    assert not (tmp_path / "bank" / "done.json").exists()
