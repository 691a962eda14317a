"""A backbone and a head in, a candidate out: one ONNX graph, calibrated, equal to its Keras twin."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.evaluation.calibration import accept_threshold, fit_temperature, unknown_distance
from lenswright.imaging.decode import RGB
from lenswright.inference.nearest import Neighbourhood
from lenswright.monitoring import expected_answers
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.heads_onnx import attach_head
from lenswright.training.parity import answer, check_parity
from lenswright.training.pretrained import Pretrained

PARITY_BATCH = 4  # a call keeps what every layer makes: 32 frames at once took 5 GB
REFERENCES = 600  # embeddings kept for the unknown distance: 1.5 MB at D = 1280


@dataclass(frozen=True)
class Calibration:
    """What turns logits into honest answers, all of it chosen on validation photos.

    `validation_answers`: what those photos are answered with, for the report.
    """

    temperature: float
    accept_threshold: float
    unknown_distance: float | None
    reference: NDArray[np.float16]
    validation_answers: dict[str, Any] = field(default_factory=dict)


def calibrate(
    head: LinearHead,
    train: LabelledFeatures,
    validation: LabelledFeatures,
    *,
    false_reject: float,
    seed: int,
) -> Calibration:
    """Return temperature and thresholds; `reference` is a class-balanced draw of training embeddings.

    `validation`: what the network that will serve makes of the validation photos. At most the share
    `false_reject` of them is called unknown.
    """
    logits = head.logits(validation.embeddings)
    temperature = fit_temperature(logits, validation.labels)
    reference = _balanced_sample(train, seed)
    known = Neighbourhood(reference)
    distances = known.distance(validation.embeddings[np.arange(len(validation))])
    probabilities = _softmax(logits / temperature)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return Calibration(
        temperature,
        accept_threshold(probabilities, validation.labels),
        unknown_distance(distances, false_reject, known.own_distances()),
        reference,
        expected_answers.to_json(predicted, confidence, distances, seed=seed),
    )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponent / exponent.sum(axis=1, keepdims=True), np.float32)


def _balanced_sample(train: LabelledFeatures, seed: int) -> NDArray[np.float16]:
    """Return up to REFERENCES unit vectors float16 (R, D), classes taken in turn."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(train.labels))
    turn = np.zeros(len(order), np.int64)
    seen: dict[int, int] = {}
    for position, label in enumerate(train.labels[order]):
        turn[position] = seen[int(label)] = seen.get(int(label), -1) + 1
    chosen = order[np.argsort(turn, kind="stable")[:REFERENCES]]
    rows = train.embeddings[np.sort(chosen)]
    unit: NDArray[np.float16] = (rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)).astype(
        np.float16
    )
    return unit


@dataclass(frozen=True)
class ExportedModel:
    """The bytes of both twins and how far apart their probabilities are (max absolute difference);
    `int8` is the network in 8 bits where that is to serve."""

    onnx: bytes
    keras: bytes
    parity: float
    int8: bytes | None = None


def export_candidate(
    backbone: Pretrained, head: LinearHead, temperature: float, frames: Sequence[RGB], dropout: float
) -> ExportedModel:
    """Export both twins. Raises ExportFailed when they disagree on `frames` (N >= 1, (S, S, 3))."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.onnx")
        attach_head(backbone.onnx, head.kernel, head.bias, temperature=temperature, path=file)
        twin = backbone.twin and backbone.twin.with_head(head, dropout)
        if backbone.twin and twin:  # this graph has been held against its twin before
            logits, before = head.logits(answer(file, np.stack(frames), "embedding")), backbone.twin.parity
        else:
            twin, logits = _made_by_keras(backbone, head, dropout, np.stack(frames), Path(folder))
            before = 0.0
        parity = check_parity(_softmax(logits / np.float32(temperature)), file, np.stack(frames))
        return ExportedModel(file.read_bytes(), twin, max(before, parity))


def _made_by_keras(
    backbone: Pretrained, head: LinearHead, dropout: float, frames: RGB, folder: Path
) -> tuple[bytes, NDArray[np.float32]]:
    """Return the Keras twin and its logits (N, C) for `frames` (N, S, S, 3)."""
    from lenswright.training.backbones import build_classifier

    classifier = build_classifier(backbone.load_keras(), head.kernel.shape[1], dropout)
    classifier.get_layer("logits").set_weights([head.kernel, head.bias])
    # Called, not `predict`ed: tracing a graph would take longer than these few photos.
    parts = [frames[start : start + PARITY_BATCH] for start in range(0, len(frames), PARITY_BATCH)]
    logits = np.concatenate([classifier(part)["logits"] for part in parts])
    file = folder / "model.keras"
    classifier.save(file)
    return file.read_bytes(), logits


def with_head(backbone: Pretrained, head: LinearHead, temperature: float) -> bytes:
    """Return the ONNX classifier of a backbone that has no Keras twin: one in 8 bits."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.onnx")
        attach_head(backbone.onnx, head.kernel, head.bias, temperature=temperature, path=file)
        return file.read_bytes()
