"""The map lights up where the class was seen, and is TensorFlow's Grad-CAM."""

import io

import numpy as np
import pytest
from PIL import Image

from lenswright.inference.explain import activation_map, overlay
from lenswright.registry.head import StoredHead

RANDOM = np.random.default_rng(3)


def test_the_map_is_largest_where_the_features_of_the_class_are() -> None:
    feature_map = np.zeros((4, 5, 2), np.float32)
    feature_map[1, 3] = (2.0, 0.0)
    feature_map[2, 0] = (1.0, 0.0)
    feature_map[3, 4] = (0.0, 9.0)  # speaks against it
    kernel = np.array([[1.0, 0.0], [-1.0, 3.0]], np.float32)
    found = activation_map(feature_map, kernel, 0)
    assert (found.shape, found.dtype) == ((4, 5), np.float32)
    assert (found[1, 3], found[2, 0], found[3, 4]) == (1.0, 0.5, 0.0)
    assert found.sum() == 1.5


def test_where_nothing_speaks_for_the_class_the_map_is_zero() -> None:
    found = activation_map(np.ones((2, 2, 3), np.float32), -np.ones((3, 1), np.float32), 0)
    np.testing.assert_array_equal(found, np.zeros((2, 2), np.float32))


def test_the_overlay_has_the_size_of_the_photo_and_grows_brighter_with_the_map() -> None:
    framed = np.full((64, 64, 3), 128, np.uint8)
    ramp = np.tile(np.linspace(0, 1, 8, dtype=np.float32), (8, 1))
    with Image.open(io.BytesIO(overlay(framed, ramp))) as picture:
        assert (picture.format, picture.size) == ("PNG", (64, 64))
        brightness = np.asarray(picture.convert("L"), np.float32).mean(axis=0)
    assert (np.diff(brightness) >= 0).all()
    assert brightness[-1] > brightness[0] + 100


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras on NumPy
@pytest.mark.parametrize("class_index", [0, 2])
def test_the_map_is_tensorflows_grad_cam_up_to_a_positive_scale(class_index: int) -> None:
    tf = pytest.importorskip("tensorflow")
    feature_map = RANDOM.normal(size=(5, 6, 16)).astype(np.float32)
    head = StoredHead(RANDOM.normal(size=(16, 3)).astype(np.float32), np.ones(3, np.float32), 1.0)

    variable = tf.Variable(feature_map[None])
    with tf.GradientTape() as tape:
        logits = tf.reduce_mean(variable, axis=(1, 2)) @ head.kernel + head.bias
        score = logits[:, class_index]
    gradient = tape.gradient(score, variable)
    weights = tf.reduce_mean(gradient, axis=(1, 2))  # one per channel: their gradients, averaged
    grad_cam = tf.nn.relu(tf.reduce_sum(variable * weights[:, None, None], axis=-1))[0].numpy()

    found = activation_map(feature_map, head.kernel, class_index)
    np.testing.assert_allclose(found, grad_cam / grad_cam.max(), atol=1e-6)
