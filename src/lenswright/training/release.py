"""A proven candidate in, a registered version out: its manifest, its files, its place among the others."""

import io
import json
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lenswright import __version__
from lenswright.dataset.statistics import data_hash
from lenswright.evaluation.card import model_card
from lenswright.evaluation.gate import Verdict
from lenswright.evaluation.html_card import html_card
from lenswright.inference.classifier import Classifier
from lenswright.monitoring.expected_answers import KEY
from lenswright.registry.bundle import HEAD, INT8_NETWORK, NETWORK, REFERENCE, REPORT, Bundle, Manifest
from lenswright.registry.golden import golden_frames
from lenswright.registry.head import StoredHead
from lenswright.registry.versions import new_version_name, summary_of
from lenswright.runs.state import Run
from lenswright.training.answers import ANSWERS
from lenswright.training.candidate import Calibration, ExportedModel
from lenswright.training.head import LinearHead
from lenswright.training.int8 import Int8Trial
from lenswright.training.pretrained import Pretrained
from lenswright.training.proof import Measured
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

GOLDEN_SEED = 20_261_121


@dataclass(frozen=True)
class Candidate:
    """What a run produced, before anything of it is written."""

    manifest: Manifest
    model: ExportedModel
    head: LinearHead
    calibration: Calibration

    @property
    def serving(self) -> bytes:
        """The network that will answer."""
        return self.model.onnx if self.model.int8 is None else self.model.int8

    def bundle(self) -> Bundle:
        """Return it as serving would load it."""
        return Bundle(self.manifest, self.serving, self.calibration.reference)

    def with_golden_answers(self, classifier: Classifier) -> "Candidate":
        """Return it with what it answers on the golden frames, which every later load must repeat."""
        frames = golden_frames(self.manifest.input_spec, GOLDEN_SEED)
        golden: dict[str, Any] = {"seed": GOLDEN_SEED, "probabilities": _rows(classifier, frames)}
        if self.model.int8 is not None:
            plain = replace(self.manifest, network=NETWORK)
            full = Classifier(Bundle(plain, self.model.onnx, self.calibration.reference))
            golden["fallback"] = _rows(full, frames)
        return replace(self, manifest=replace(self.manifest, golden=golden))


def _rows(classifier: Classifier, frames: Any) -> list[list[float]]:
    answers = [classifier.answer(frame[None]).probabilities[0] for frame in frames]
    return [row.tolist() for row in answers]


def describe(
    run: Run,
    backbone: Pretrained,
    eye: Pretrained,
    photos: SplitPhotos,
    calibration: Calibration,
    model: ExportedModel,
    trial: Int8Trial | None,
    seconds: dict[str, float],
) -> Manifest:
    """Return the manifest of a candidate, still without golden answers, checksums.

    `eye`: what the head was fitted through, the backbone or its twin in 8 bits.
    """
    used = {"backbone": backbone.name, "weights": backbone.weights, "mirror": backbone.mirror}
    return Manifest(
        task=run.task,
        version=new_version_name(),
        classes=photos.classes,
        input_spec=backbone.spec,
        backbone=backbone.name,
        preset=run.request.preset,
        weights=backbone.weights,
        temperature=calibration.temperature,
        accept_threshold=calibration.accept_threshold,
        unknown_distance=calibration.unknown_distance,
        data_hash=data_hash(photos.everything()),
        code_version=__version__,
        run_id=run.id,
        created_at=time.time(),
        parity=model.parity,
        golden={},
        training={
            "backbone_identity": backbone.identity,
            "feature_bits": 32 if eye is backbone else 8,
            "request": run.request.to_json() | used,
            "snapshot": run.snapshot,
            "photos": photos.counts(),
            "seconds": dict(seconds),
        },
        network=NETWORK if model.int8 is None else INT8_NETWORK,
        int8={} if trial is None else trial.numbers,
    )


def publish(
    bench: Workbench, candidate: Candidate, measured: Measured, learning: dict[str, Any], *, by: str
) -> Manifest:
    """Write and register the candidate, and let it serve if the verdict says so. Raises StorageFailure.

    The manifest is written last and the promotion after it: a crash leaves nothing half done.
    `learning`: what the report says of it besides, its `epochs` among that.
    """
    verdict = measured.verdict
    written = bench.bundles.write(candidate.manifest, _files(candidate, measured, learning))
    metrics = measured.report.summary() | {"latency_ms": measured.latency_ms}
    bench.versions.register(written, summary_of(written, metrics, len(candidate.serving)), verdict.to_json())
    if verdict.promote:
        bench.promotion.promote(written.task, written.version, verdict.reason, by)
    return written


def not_promoted(verdict: Verdict, why: str) -> Verdict:
    """Return the verdict with a no for another reason than the gate's; what the gate found stays."""
    if not verdict.promote:
        return verdict
    return replace(
        verdict, promote=False, reason=f"Not promoted: {why} {verdict.reason.removeprefix('Promoted: ')}"
    )


def _files(candidate: Candidate, measured: Measured, learning: dict[str, Any]) -> dict[str, Any]:
    manifest, verdict = candidate.manifest.to_json(), measured.verdict
    report = measured.report.to_json() | {
        "verdict": verdict.to_json(),
        "latency_ms": measured.latency_ms,
        "changes": measured.changes and measured.changes.to_json(),
        KEY: candidate.calibration.validation_answers,
        **learning,
    }
    head = candidate.head
    files = {
        NETWORK: candidate.model.onnx,
        "model.keras": candidate.model.keras,
        REFERENCE: _npy(candidate.calibration.reference),
        HEAD: StoredHead(head.kernel, head.bias, candidate.manifest.temperature).to_bytes(),
        ANSWERS: measured.answers.to_bytes(),
        REPORT: json.dumps(report).encode(),
        "MODEL_CARD.md": model_card(manifest, report).encode(),
        "MODEL_CARD.html": html_card(manifest, report).encode(),
    }
    return files if candidate.model.int8 is None else files | {INT8_NETWORK: candidate.model.int8}


def _npy(array: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()
