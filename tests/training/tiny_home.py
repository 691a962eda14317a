"""A home in which a whole training run takes seconds: the model that ships with it is one convolution."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from lenswright.dataset.intake import Intake, IntakeResult, Upload
from lenswright.registry.bundle import NETWORK, Bundles
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.storage.blobs import Blobs
from lenswright.training.__main__ import carry_out
from lenswright.training.workbench import Workbench
from tests.builders import photo
from tests.models import tiny_manifest
from tests.training.tiny_models import onnx_of, tiny_classifier

TASK = "shades"
MACHINE = "here"
QUICK = {"task": TASK, "weights": "bundled", "epochs": 3, "int8": False}
COLOURS = {"red": (200, 50, 40), "blue": (40, 60, 200)}


def ship_tiny_model(models: Path) -> Path:
    """Write the bundle of an untrained Keras classifier that lends its backbone; return `models`."""
    classifier = tiny_classifier()
    golden = {"seed": 7, "probabilities": [[0.5, 0.5]]}
    manifest = tiny_manifest("shipped", backbone="tiny", training={"shipped": True}, golden=golden)
    with tempfile.TemporaryDirectory() as name:
        network, keras_file = Path(name, NETWORK), Path(name, "model.keras")
        network.write_bytes(onnx_of(classifier))
        classifier.save(keras_file)
        Bundles(Blobs(str(models))).write(manifest, {NETWORK: network, "model.keras": keras_file})
    return models


def shades(per_class: int, first_seed: int = 0) -> list[Upload]:
    """Return labelled photos of every colour, no two alike."""
    return [
        Upload(f"{name}-{seed}.jpg", photo(colour, seed=seed), label=name)
        for name, colour in COLOURS.items()
        for seed in range(first_seed, first_seed + per_class)
    ]


def take_in(bench: Workbench, uploads: Iterable[Upload]) -> list[IntakeResult]:
    """Take photos into the data set of `TASK`."""
    intake = Intake(bench.database, bench.uploads, limits=bench.limits)
    return list(intake.take(TASK, uploads, source="test"))


def queued(bench: Workbench, **wish: Any) -> Run:
    """Return a run that this process works on."""
    run = bench.journal.create(TrainingRequest.from_json(QUICK | wish), MACHINE)
    bench.journal.start(run.id, os.getpid())
    return run


def ended(bench: Workbench, **wish: Any) -> Run:
    """Return how a run ended that the training process carried out with `wish`."""
    run = queued(bench, **wish)
    carry_out(bench, run.id)
    return bench.journal.get(run.id)


def with_settings(bench: Workbench, **changes: Any) -> Workbench:
    """Return the same stores under other settings."""
    return replace(bench, settings=bench.settings.model_copy(update=changes))
