"""What learns and what does not, and how fast: BatchNorm and the lower layers stay bit for bit."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras

from lenswright.runs.backbones import BACKBONES
from lenswright.training.augmentation import WHOLE
from lenswright.training.backbones import build_backbone, build_classifier
from lenswright.training.freezing import freeze, learning_rates
from lenswright.training.train_step import Batch, LossWeights, Trainer
from tests.training.tiny_models import tiny_backbone, two_coloured_photos


def _after_steps(share):
    """Return the names of the layers that some steps changed, in the model and in its average."""
    backbone = tiny_backbone()
    model = build_classifier(backbone, 2, 0.0)
    freeze(backbone, share)
    before = {layer.name: layer.get_weights() for layer in backbone.layers}
    frames, labels = two_coloured_photos(8)
    boxes, ones = np.tile(np.float32(WHOLE), (8, 1)), np.ones((8, 3), np.float32)
    trainer = Trainer(model, weight_decay=0.01, average_decay=0.9, losses=LossWeights())
    for _ in range(5):
        trainer.step(Batch(frames, boxes, ones, labels, ones[:, 0]), 32, 0.01)
    changed = _changed(backbone, before)
    assert _changed(trainer.average, before) == changed
    return changed


def _changed(model, before):
    known = [layer for layer in model.layers if before.get(layer.name)]
    return {
        layer.name for layer in known if not all(map(np.array_equal, layer.get_weights(), before[layer.name]))
    }


def test_only_the_top_layers_learn_and_batch_statistics_never_move():
    assert _after_steps(0.34) == {"block_2_conv"}
    assert _after_steps(1.0) == {"stem_conv", "block_1_conv", "block_2_conv"}


def test_at_least_one_layer_learns():
    backbone = tiny_backbone()
    assert freeze(backbone, 0.01) == 1
    assert [layer.name for layer in backbone.layers if layer.trainable_variables] == ["block_2_conv"]


def test_freezing_less_lets_layers_learn_again():
    backbone = tiny_backbone()
    freeze(backbone, 0.01)
    assert freeze(backbone, 0.67) == 2


def test_a_backbone_within_a_model_is_frozen_too():
    images = keras.Input((32, 32, 3), dtype="uint8")
    inner = tiny_backbone()
    freeze(keras.Model(images, inner(images)), 0.34)
    assert [layer.name for layer in inner.layers if layer.trainable_variables] == ["block_2_conv"]


def test_each_block_is_slower_than_the_one_above_and_the_head_as_fast_as_the_top():
    backbone = tiny_backbone()
    model = build_classifier(backbone, 2, 0.0)
    freeze(backbone, 1.0)
    rates = dict(zip([v.path for v in model.trainable_variables], learning_rates(model, 0.5), strict=True))
    assert {path.split("/")[0]: rate for path, rate in rates.items()} == {
        "stem_conv": 0.25,
        "block_1_conv": 0.5,
        "block_2_conv": 1.0,
        "logits": 1.0,
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v3_large", "vgg16", "resnet50_v2", "custom_cnn"])
def test_the_blocks_of_every_kind_of_backbone_are_found(name):
    model = build_classifier(build_backbone(name, BACKBONES[name].default_size_px, None), 2, 0.0)
    rates = learning_rates(model, 0.5)
    assert len(set(rates)) >= 5
    assert rates[0] < rates[-1] == 1.0
