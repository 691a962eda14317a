"""The state of a run on disk: it comes back whole, and never half."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs TensorFlow")
import keras

from lenswright.training.checkpoints import BEST, Standing, load_checkpoint, save_best, save_checkpoint


def _variables(*values):
    return [keras.Variable(np.float32(value)) for value in values]


def test_nothing_stored_is_nothing_to_resume(tmp_path):
    assert load_checkpoint(tmp_path, {"model": _variables(1)}) is None


def test_a_checkpoint_brings_back_variables_random_state_and_history(tmp_path):
    generator = np.random.default_rng(8)
    generator.random(5)
    state = dict(generator.bit_generator.state)
    standing = Standing(3, 12.5, 2, 0.75, 0.4, state, ({"epoch": 3, "loss": 0.5},))
    save_checkpoint(tmp_path, standing, {"model": _variables(1, 2), "average": _variables(3)})
    model, average = _variables(0, 0), _variables(0)
    loaded = load_checkpoint(tmp_path, {"model": model, "average": average})
    assert loaded == standing
    assert [float(variable) for variable in (*model, *average)] == [1, 2, 3]
    again = np.random.default_rng(0)
    again.bit_generator.state = loaded.random
    assert again.random() == generator.random()


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    save_checkpoint(tmp_path, Standing(), {"model": _variables(1, 2)})
    with pytest.raises(ValueError, match="Expected 3 model variables"):
        load_checkpoint(tmp_path, {"model": _variables(1, 2, 3)})


def test_a_crash_while_writing_leaves_the_last_checkpoint(tmp_path):
    save_checkpoint(tmp_path, Standing(epoch=1), {"model": _variables(1)})
    (tmp_path / "state.npz.partial").write_bytes(b"half")
    assert load_checkpoint(tmp_path, {"model": _variables(0)}).epoch == 1


def test_the_best_weights_are_a_file_keras_reads(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    wanted = model.get_weights()
    assert save_best(tmp_path, model) == tmp_path / BEST
    model.set_weights([weight * 0 for weight in wanted])
    model.load_weights(str(tmp_path / BEST))
    np.testing.assert_array_equal(model.get_weights()[0], wanted[0])
