"""One training run from its request to its verdict: the order of the steps."""

import io
import json
import time
from dataclasses import dataclass, replace
from importlib import import_module
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright import __version__
from lenswright.dataset.readiness import unreadable
from lenswright.dataset.statistics import data_hash, labelled_photos
from lenswright.evaluation.card import model_card
from lenswright.evaluation.gate import Verdict
from lenswright.evaluation.report import EvaluationReport
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.inference.session import open_session
from lenswright.registry.bundle import NETWORK, REFERENCE, REPORT, Bundle, Manifest
from lenswright.registry.golden import golden_frames
from lenswright.registry.versions import new_version_name, summary_of
from lenswright.runs.state import Run
from lenswright.training.candidate import Calibration, ExportedModel, calibrate, export_candidate
from lenswright.training.feature_cache import FeatureCache
from lenswright.training.features import FeatureExtractor
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.proof import Proof
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

PARITY_PHOTOS = 64
GOLDEN_SEED = 20_261_121


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the version it made, the gate's verdict and what was measured."""

    version: str
    verdict: Verdict
    result: dict[str, Any]


class TrainingRun:
    """The steps of one run; each reports its phase and hands its product to the next."""

    def __init__(self, bench: Workbench, run: Run, progress: Progress, heartbeat: Heartbeat) -> None:
        self._bench, self._run, self._request = bench, run, run.request
        self._progress, self._heartbeat = progress, heartbeat

    def execute(self) -> Outcome:
        """Train, measure and decide. Raises TrainingStopped and every error of the steps."""
        self._progress.enter("starting")
        Thread(
            target=import_module, args=("lenswright.training.fit",), daemon=True
        ).start()  # 5 s of TensorFlow
        photos = SplitPhotos.of(labelled_photos(self._bench.database, self._run.task))
        champion = self._bench.champion(self._run.task)
        backbone, photos = self._backbone(photos, champion)
        extractor, photos = self._features(backbone, photos)
        train, validation = self._labelled(extractor, photos)
        head = self._fit(train, validation, len(photos.classes))
        self._progress.enter("exporting")
        calibration = calibrate(head, train, validation, self._request.seed)
        model = self._export(backbone, head, calibration, photos)
        manifest = self._manifest(backbone, photos, calibration, model)
        return self._prove(manifest, model, calibration, photos, champion)

    def _backbone(self, photos: SplitPhotos, champion: Classifier | None) -> tuple[Pretrained, SplitPhotos]:
        if self._request.preset == "scratch":
            from lenswright.training.scratch_backbone import ScratchBackbone

            self._progress.enter("backbone")
            photos = photos.without(
                unreadable(photos.everything(), self._bench.read_photo, self._bench.limits)
            )
            folder = self._bench.run_folder(self._request.resume_run or self._run.id)
            return ScratchBackbone(self._bench, self._request, folder).train(
                photos, self._progress, self._heartbeat
            ), photos
        self._progress.enter("weights")
        manifest = champion.manifest if champion else None
        found = self._bench.shelf().find(self._request, manifest)
        self._progress.say(f"Backbone {found.name} at {found.spec.size_px} px: {found.weights}.")
        return found, photos

    def _features(self, backbone: Pretrained, photos: SplitPhotos) -> tuple[FeatureExtractor, SplitPhotos]:
        self._progress.enter("features")
        session = open_session(backbone.onnx)
        dimension = next(output.shape[-1] for output in session.get_outputs() if output.name == "embedding")
        folder = (
            self._bench.settings.data_folder / "features" / f"{backbone.identity}-{backbone.spec.framing}"
        )
        extractor = FeatureExtractor(
            session,
            backbone.spec,
            FeatureCache(folder, dimension),
            self._bench.read_photo,
            self._bench.limits,
        )

        def on_progress(done: int, total: int, photos_per_s: float) -> None:
            self._heartbeat.check()
            self._progress.at(done / total)
            if done == total:
                self._progress.say(f"{total} new photos embedded at {photos_per_s:.0f} a second.")

        lost = extractor.fill(photos.train, self._request.views, on_progress)
        lost |= extractor.fill(photos.validation, 1, on_progress)
        if lost:
            self._progress.say(f"{len(lost)} photos cannot be read and are left out: {sorted(lost)[:20]}.")
        self._heartbeat.check()
        return extractor, photos.without(lost)

    def _labelled(
        self, extractor: FeatureExtractor, photos: SplitPhotos
    ) -> tuple[LabelledFeatures, LabelledFeatures]:
        views = [extractor.read(photos.train, view) for view in range(self._request.views)]
        labels = np.tile(photos.labels(photos.train), self._request.views)
        validation = extractor.read(photos.validation)
        return (
            LabelledFeatures(np.concatenate(views), labels),
            LabelledFeatures(validation, photos.labels(photos.validation)),
        )

    def _fit(self, train: LabelledFeatures, validation: LabelledFeatures, class_count: int) -> LinearHead:
        from lenswright.training.fit import fit_head  # TensorFlow is loaded by now, or we wait for it

        self._progress.enter("fitting")

        def on_epoch(record: dict[str, Any]) -> None:
            self._progress.epoch(record)
            self._progress.at(record["epoch"] / self._request.epochs)

        head = fit_head(
            train, validation, class_count, self._request,
            on_epoch=on_epoch, should_stop=lambda: self._heartbeat.stop_asked,
        )  # fmt: skip
        if head.epochs == 0:
            self._heartbeat.check()
        self._progress.say(f"Head fitted in {head.epochs} epochs on {len(train.labels)} embeddings.")
        return head

    def _export(
        self, backbone: Pretrained, head: LinearHead, calibration: Calibration, photos: SplitPhotos
    ) -> ExportedModel:
        known = [*photos.validation, *photos.train][:PARITY_PHOTOS]
        frames = [
            decode_framed(self._bench.read_photo(photo), backbone.spec, limits=self._bench.limits)
            for photo in known
        ]
        model = export_candidate(backbone, head, calibration.temperature, frames, self._request.dropout)
        self._heartbeat.check_budget()
        return model

    def _manifest(
        self, backbone: Pretrained, photos: SplitPhotos, calibration: Calibration, model: ExportedModel
    ) -> Manifest:
        counts = {"train": len(photos.train), "validation": len(photos.validation), "test": len(photos.test)}
        seconds = dict(self._progress.seconds)
        return Manifest(
            task=self._run.task,
            version=new_version_name(),
            classes=photos.classes,
            input_spec=backbone.spec,
            backbone=backbone.name,
            preset=self._request.preset,
            weights=backbone.weights,
            temperature=calibration.temperature,
            accept_threshold=calibration.accept_threshold,
            unknown_distance=calibration.unknown_distance,
            data_hash=data_hash(photos.everything()),
            code_version=__version__,
            run_id=self._run.id,
            created_at=time.time(),
            parity=model.parity,
            golden={"seed": GOLDEN_SEED, "probabilities": []},
            training={
                "backbone_identity": backbone.identity,
                "request": self._request.to_json() | {"backbone": backbone.name, "weights": backbone.weights},
                "photos": counts,
                "seconds": seconds,
            },
        )

    def _prove(
        self,
        manifest: Manifest,
        model: ExportedModel,
        calibration: Calibration,
        photos: SplitPhotos,
        champion: Classifier | None,
    ) -> Outcome:
        self._progress.enter("measuring")
        candidate = Classifier(Bundle(manifest, model.onnx, calibration.reference))
        proof = Proof.of(photos, self._bench, self._progress, self._heartbeat)
        report, verdict = proof.judge(candidate, champion)
        golden = candidate.answer(golden_frames(manifest.input_spec, GOLDEN_SEED)).probabilities
        return self._register(_with_golden(manifest, golden), model, calibration, report, verdict)

    def _register(
        self,
        manifest: Manifest,
        model: ExportedModel,
        calibration: Calibration,
        report: EvaluationReport,
        verdict: Verdict,
    ) -> Outcome:
        if self._heartbeat.stop_asked and verdict.promote:
            reason = f"Not promoted: the run was stopped early. {verdict.reason.removeprefix('Promoted: ')}"
            verdict = Verdict(False, reason, verdict.numbers)
        written = self._write(manifest, model, calibration, report, verdict)
        summary = summary_of(written, report.summary(), len(model.onnx))
        self._bench.versions.register(written, summary, verdict.to_json())
        if verdict.promote:
            self._bench.promotion.promote(
                written.task, written.version, verdict.reason, f"run {self._run.id}"
            )
        self._progress.say(verdict.reason)
        self._progress.leave()
        result = {
            "verdict": verdict.to_json(),
            "metrics": report.summary(),
            "weights": written.weights,
            "photos": written.training["photos"],
            "seconds": self._progress.seconds,
        }
        return Outcome(written.version, verdict, result)

    def _write(
        self,
        manifest: Manifest,
        model: ExportedModel,
        calibration: Calibration,
        report: EvaluationReport,
        verdict: Verdict,
    ) -> Manifest:
        reference = io.BytesIO()
        np.save(reference, calibration.reference)
        report_json = report.to_json() | {"verdict": verdict.to_json()}
        files: dict[str, Any] = {
            NETWORK: model.onnx,
            "model.keras": model.keras,
            REFERENCE: reference.getvalue(),
            REPORT: json.dumps(report_json, indent=1).encode(),
            "MODEL_CARD.md": model_card(manifest.to_json(), report_json).encode(),
        }
        return self._bench.bundles.write(manifest, files)


def _with_golden(manifest: Manifest, probabilities: NDArray[np.float32]) -> Manifest:
    return replace(manifest, golden={"seed": GOLDEN_SEED, "probabilities": probabilities.tolist()})
