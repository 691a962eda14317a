"""Which layers of a network learn, and how fast each of them moves."""

import re
from collections.abc import Iterator
from typing import Any

import keras

# What the layers of one block share in the networks of keras.applications: `block_12_expand`,
# `block6a_se_reduce`, `expanded_conv_3_project`, `conv4_block3_2_conv`.
BLOCK = re.compile(r"(?:(?:conv|stage)\d+_)?block_?\d+[a-z]?|expanded_conv(?:_\d+)?(?=_)")


def freeze(backbone: Any, share: float) -> int:
    """Let only the top `share` of the layers that have weights learn; return how many they are.

    BatchNorm never learns: unfrozen, it would replace its statistics by those of small batches, and
    calling the backbone with training=False does not prevent that in `fit` (keras#20285).
    """
    with_weights = [layer for layer in _flat(backbone) if layer.weights]
    able = [layer for layer in with_weights if not isinstance(layer, keras.layers.BatchNormalization)]
    learning = able[-max(1, round(share * len(able))) :]
    for layer in with_weights:
        layer.trainable = any(layer is other for other in learning)
    return len(learning)


def learning_rates(classifier: Any, layer_decay: float) -> list[float]:
    """Return for each trainable variable its share 0..1 of the learning rate.

    It is 1 in the head and the topmost block and shrinks by `layer_decay` from block to block downwards.
    A layer that names no block belongs to the one below it.
    """
    blocks: dict[int, str] = {}
    block = ""
    for layer in _flat(classifier):
        found = BLOCK.match(layer.name)
        block = found.group() if found else block
        blocks |= {id(variable): block for variable in layer.trainable_variables}
    wanted = [blocks[id(variable)] for variable in classifier.trainable_variables]
    top_down = list(dict.fromkeys(reversed(wanted)))
    return [layer_decay ** top_down.index(name) for name in wanted]


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer
