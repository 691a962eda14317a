"""One training run from its request to its verdict: the order of the steps."""

from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import Any

import numpy as np

from lenswright.dataset.readiness import unreadable
from lenswright.dataset.statistics import labelled_photos
from lenswright.evaluation.gate import Verdict
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.inference.session import open_session
from lenswright.runs.state import Run
from lenswright.training.candidate import Calibration, ExportedModel, calibrate, export_candidate
from lenswright.training.feature_cache import FeatureCache
from lenswright.training.features import FeatureExtractor
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.proof import Proof
from lenswright.training.release import Candidate, describe, publish
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

PARITY_PHOTOS = 64


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
        manifest = describe(self._run, backbone, photos, calibration, model.parity, self._progress.seconds)
        return self._prove(Candidate(manifest, model, calibration), photos, champion)

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

    def _prove(self, candidate: Candidate, photos: SplitPhotos, champion: Classifier | None) -> Outcome:
        self._progress.enter("measuring")
        classifier = Classifier(candidate.bundle())
        proof = Proof.of(photos, self._bench, self._progress, self._heartbeat)
        report, verdict = proof.judge(classifier, champion)
        if self._heartbeat.stop_asked and verdict.promote:
            reason = f"Not promoted: the run was stopped early. {verdict.reason.removeprefix('Promoted: ')}"
            verdict = Verdict(False, reason, verdict.numbers)
        candidate = candidate.with_golden_answers(classifier)
        publish(self._bench, candidate, report, verdict, by=f"run {self._run.id}")
        self._progress.say(verdict.reason)
        self._progress.leave()
        result = {
            "verdict": verdict.to_json(),
            "metrics": report.summary(),
            "weights": candidate.manifest.weights,
            "photos": candidate.manifest.training["photos"],
            "seconds": self._progress.seconds,
        }
        return Outcome(candidate.manifest.version, verdict, result)
