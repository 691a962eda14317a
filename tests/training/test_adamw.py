import keras
import numpy as np

from lenswright.training.adamw import AdamW


def test_steps_are_those_of_keras() -> None:
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(5, 3)).astype(np.float32), random.normal(size=(20, 5, 3))
    theirs = keras.Variable(start)
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=0.3)
    ours = start.copy()
    stepper = AdamW([ours], rate=0.02, weight_decay=0.3)
    for gradient in gradients.astype(np.float32):
        optimizer.apply([gradient], [theirs])
        stepper.step([gradient])
    np.testing.assert_allclose(ours, keras.ops.convert_to_numpy(theirs), atol=1e-5)


def test_another_rate_counts_from_the_next_step_on() -> None:
    parameter = np.ones(2, np.float32)
    stepper = AdamW([parameter], rate=0.1, weight_decay=0.0)
    stepper.step([np.ones(2, np.float32)])
    stepper.rate = 0.0
    moved = parameter.copy()
    stepper.step([np.ones(2, np.float32)])
    assert np.array_equal(parameter, moved)
    assert (moved < 1).all()
