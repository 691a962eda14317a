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
from lenswright.evaluation.report import EvaluationReport
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import NETWORK, REFERENCE, REPORT, Bundle, Manifest
from lenswright.registry.golden import golden_frames
from lenswright.registry.versions import new_version_name, summary_of
from lenswright.runs.state import Run
from lenswright.training.candidate import Calibration, ExportedModel
from lenswright.training.pretrained import Pretrained
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

GOLDEN_SEED = 20_261_121


@dataclass(frozen=True)
class Candidate:
    """What a run produced, before anything of it is written."""

    manifest: Manifest
    model: ExportedModel
    calibration: Calibration

    def bundle(self) -> Bundle:
        """Return it as serving would load it."""
        return Bundle(self.manifest, self.model.onnx, self.calibration.reference)

    def with_golden_answers(self, classifier: Classifier) -> "Candidate":
        """Return it with what it answers on the golden frames, which every later load must repeat."""
        frames = golden_frames(self.manifest.input_spec, GOLDEN_SEED)
        golden = {"seed": GOLDEN_SEED, "probabilities": classifier.answer(frames).probabilities.tolist()}
        return replace(self, manifest=replace(self.manifest, golden=golden))


def describe(
    run: Run,
    backbone: Pretrained,
    photos: SplitPhotos,
    calibration: Calibration,
    parity: float,
    seconds: dict[str, float],
) -> Manifest:
    """Return the manifest of a candidate, still without golden answers and checksums."""
    used = {"backbone": backbone.name, "weights": backbone.weights}
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
        parity=parity,
        golden={},
        training={
            "backbone_identity": backbone.identity,
            "request": run.request.to_json() | used,
            "photos": photos.counts(),
            "seconds": dict(seconds),
        },
    )


def publish(
    bench: Workbench, candidate: Candidate, report: EvaluationReport, verdict: Verdict, *, by: str
) -> Manifest:
    """Write and register the candidate, and let it serve if the verdict says so. Raises StorageFailure.

    The manifest is written last and the promotion after it: a crash leaves nothing half done.
    """
    written = bench.bundles.write(candidate.manifest, _files(candidate, report, verdict))
    summary = summary_of(written, report.summary(), len(candidate.model.onnx))
    bench.versions.register(written, summary, verdict.to_json())
    if verdict.promote:
        bench.promotion.promote(written.task, written.version, verdict.reason, by)
    return written


def _files(candidate: Candidate, report: EvaluationReport, verdict: Verdict) -> dict[str, Any]:
    reference = io.BytesIO()
    np.save(reference, candidate.calibration.reference)
    report_json = report.to_json() | {"verdict": verdict.to_json()}
    return {
        NETWORK: candidate.model.onnx,
        "model.keras": candidate.model.keras,
        REFERENCE: reference.getvalue(),
        REPORT: json.dumps(report_json, indent=1).encode(),
        "MODEL_CARD.md": model_card(candidate.manifest.to_json(), report_json).encode(),
    }
