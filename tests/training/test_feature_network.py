"""Where 8 bits see nearly the same, they look at the photos; TensorFlow stays out of a retrain."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lenswright.training import feature_network, int8
from lenswright.training.feature_network import alike
from lenswright.training.head import LabelledFeatures
from lenswright.training.workbench import Workbench
from tests.training.tiny_home import TASK, ended, queued, shades, take_in

LOOKED = {"weights": "none", "backbone": "custom_cnn", "size_px": 64, "int8": True, "epochs": 20}
WITHOUT_TENSORFLOW = (
    "import sys; sys.modules.update({'tensorflow': None, 'keras': None, 'tf2onnx': None});"
    "from lenswright.training.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


def clouds(noise: float) -> LabelledFeatures:
    """Return embeddings (200, 16) of two classes far apart, moved at random by `noise`."""
    random = np.random.default_rng(0)
    labels = np.arange(200) // 50 % 2
    centres = np.where(labels[:, None] == 1, 1.0, -1.0) + random.normal(0, 0.3, (200, 16))
    moved = centres + random.normal(0, 1.0, (200, 16)) * noise
    return LabelledFeatures(moved.astype(np.float32), labels)


def test_two_networks_that_see_the_same_answer_alike() -> None:
    assert alike(clouds(0), clouds(0)) == 1.0
    assert alike(clouds(0), clouds(0.1)) > 0.97
    assert alike(clouds(0), clouds(30)) < 0.8


@pytest.fixture
def trained_by_8_bits(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setattr(feature_network, "WORTH_LOOKS", 1)
    take_in(bench, shades(20))
    return bench


def bits_of(bench: Workbench, version: str | None) -> tuple[int, str]:
    manifest = bench.bundles.manifest(TASK, str(version))
    return manifest.training["feature_bits"], manifest.network


@pytest.mark.slow
def test_the_twin_in_8_bits_looks_at_the_photos_and_then_serves(trained_by_8_bits: Workbench) -> None:
    run = ended(trained_by_8_bits, **LOOKED)
    assert run.error is None
    assert bits_of(trained_by_8_bits, run.version) == (8, "model.int8.onnx")


@pytest.mark.slow
def test_where_8_bits_may_not_serve_after_all_32_look_again(
    trained_by_8_bits: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8, "LEAST_AGREEMENT", 1.01)
    run = ended(trained_by_8_bits, **LOOKED)
    assert run.error is None
    assert bits_of(trained_by_8_bits, run.version) == (32, "model.onnx")
    assert "32 bits look at the photos again" in "\n".join(trained_by_8_bits.journal.log_tail(run.id))


@pytest.mark.slow
def test_a_retrain_needs_no_tensorflow(bench: Workbench) -> None:
    take_in(bench, shades(20))
    assert ended(bench, **LOOKED).error is None
    take_in(bench, shades(5, first_seed=100))
    run = queued(bench, kind="retrain", int8=True, weights="auto", epochs=5)
    settings = {"LENSWRIGHT_HOME": str(bench.settings.home)}
    subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, "--run-id", str(run.id)],
        env=os.environ | settings,
        check=True,
    )
    retrained = bench.journal.get(run.id)
    assert (retrained.state, retrained.error) == ("completed", None)
    assert bench.bundles.manifest(TASK, str(retrained.version)).training["photos"]["train"] > 20
