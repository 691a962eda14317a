"""One training run from its request to its verdict: the order of the steps."""

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from lenswright.dataset.readiness import unreadable
from lenswright.evaluation.gate import Verdict
from lenswright.inference.classifier import Classifier
from lenswright.runs.state import Run
from lenswright.training.answers import Answers, stored_answers
from lenswright.training.candidate import Calibration, ExportedModel, calibrate, export_candidate, with_head
from lenswright.training.embedding import Embedded, embed, embed_validation
from lenswright.training.feature_network import feature_network
from lenswright.training.fit import fit_head
from lenswright.training.frozen_data import FrozenData, freeze_data
from lenswright.training.head import LinearHead
from lenswright.training.int8 import Int8Trial, try_int8
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.proof import Measured, Proof
from lenswright.training.release import Candidate, describe, not_promoted, publish
from lenswright.training.split_photos import SplitPhotos, left_out
from lenswright.training.workbench import Workbench

# A backbone is held against its Keras twin on many photos once; what a new head adds shows on a few.
PARITY_PHOTOS, PARITY_PHOTOS_OF_HEAD = 64, 8


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the version it made, if it made one, and what was measured."""

    version: str | None
    result: dict[str, Any]


@dataclass(frozen=True)
class Learned:
    """What learning left: a backbone, a head on it, and the features the head was fitted on.

    `eye`: what made those features, the backbone or its twin in 8 bits.
    """

    backbone: Pretrained
    eye: Pretrained
    head: LinearHead
    embedded: Embedded
    photos: SplitPhotos

    @property
    def worth(self) -> float:
        """What the validation photos say of it, to compare: less loss, which chance moves least."""
        return -self.head.val_loss


class TrainingRun:
    """The steps of one run; each reports its phase and hands its product to the next.

    `promote` False: the candidate is measured and registered, but serves only when somebody says so.
    `data`: what the run asks for, if not given; it is frozen then. `folder`: where checkpoints are; that of
    the run to go on with, or else of this one, if not given.
    """

    def __init__(
        self,
        bench: Workbench,
        run: Run,
        progress: Progress,
        heartbeat: Heartbeat,
        *,
        promote: bool = True,
        data: FrozenData | None = None,
        folder: Path | None = None,
    ) -> None:
        self._bench, self._run, self._request = bench, run, run.request
        self._progress, self._heartbeat, self._promote = progress, heartbeat, promote
        self._given = data
        self._folder = folder or bench.run_folder(run.request.resume_run or run.id)

    def execute(self) -> Outcome:
        """Train, measure and decide. Raises TrainingStopped and every error of the steps."""
        self._progress.enter("starting")
        data = self._given or freeze_data(self._bench, self._run, self._progress)
        champion = self._bench.champion(self._run.task)
        learned = self._learn(*self._backbone(data.photos, champion))
        self._progress.enter("quantising")
        learned, trial = self._try_int8(learned)
        self._progress.enter("exporting")
        candidate = self._candidate(learned, trial, data.snapshot)
        self._progress.enter("measuring")
        return self._prove(candidate, replace(data, photos=learned.photos), champion)

    def _backbone(self, photos: SplitPhotos, champion: Classifier | None) -> tuple[Pretrained, SplitPhotos]:
        if self._request.preset != "fast":
            load_tensorflow_meanwhile()
        if self._request.preset == "scratch":
            from lenswright.training.scratch_backbone import ScratchBackbone

            self._progress.enter("backbone")
            photos = self._readable(photos)
            backbone = ScratchBackbone(self._bench, self._request, self._folder)
            return backbone.train(photos, self._progress, self._heartbeat), photos
        self._progress.enter("weights")
        found = self._bench.shelf().find(self._request, champion.manifest if champion else None)
        self._progress.say(f"Backbone {found.name} at {found.spec.size_px} px: {found.weights}.")
        if found.twin is None or len(photos.classes) != len(found.twin.head.bias):
            load_tensorflow_meanwhile()
        return found, photos

    def _readable(self, photos: SplitPhotos) -> SplitPhotos:
        """Return those that can be read still: the features of a damaged photo may have been kept."""
        lost = unreadable(photos.everything(), self._bench.read_photo, self._bench.limits)
        if lost:
            self._progress.say(left_out(photo for photo in photos.everything() if photo.id in lost))
        return photos.without(lost)

    def _learn(self, backbone: Pretrained, photos: SplitPhotos) -> Learned:
        self._progress.enter("features")
        eye = feature_network(self._bench, backbone, photos, self._request, self._progress, self._heartbeat)
        learned = self._fit(backbone, eye, photos, "features", "fitting")
        if self._request.preset != "best":
            return learned
        from lenswright.training.fine_tuned_backbone import FineTunedBackbone

        self._progress.enter("fine-tuning")
        tuning = FineTunedBackbone(self._bench, self._request, self._folder, learned.backbone)
        photos = self._readable(learned.photos)
        tuned = tuning.train(photos, learned.head, self._progress, self._heartbeat)
        if tuned.identity == learned.backbone.identity:
            return learned
        if self._heartbeat.stop_asked:  # no time to look at every photo again
            self._progress.say(
                "What was fine-tuned so far is kept for a resume; the frozen backbone is measured."
            )
            return learned
        again = self._fit(tuned, tuned, photos, "new features", "refitting")
        if again.worth > learned.worth:
            return again
        self._progress.say(
            "On the validation photos the fine-tuned backbone is no better: the frozen one stays."
        )
        return learned

    def _fit(
        self, backbone: Pretrained, eye: Pretrained, photos: SplitPhotos, looking: str, fitting: str
    ) -> Learned:
        self._progress.enter(looking)
        embedded, photos = embed(self._bench, eye, photos, self._request, self._progress, self._heartbeat)
        self._progress.enter(fitting)
        head = fit_head(
            embedded.train, embedded.validation, len(photos.classes), self._request,
            on_epoch=self._note_epoch, should_stop=lambda: self._heartbeat.stop_asked,
        )  # fmt: skip
        if head.epochs == 0:
            self._heartbeat.check()
        self._progress.say(f"Head fitted in {head.epochs} epochs on {len(embedded.train)} embeddings.")
        return Learned(backbone, eye, head, embedded, photos)

    def _note_epoch(self, record: dict[str, Any]) -> None:
        self._progress.epoch(record)
        self._progress.at(record["epoch"] / self._request.epochs)

    def _try_int8(self, learned: Learned) -> tuple[Learned, Int8Trial | None]:
        """Return the trial; where 32 bits are to serve and 8 have looked, what 32 have learnt instead."""
        if not self._request.int8 or self._heartbeat.stop_asked:  # a stop leaves no time for the trial
            return learned, None
        backbone, photos = learned.backbone, learned.photos
        trial = try_int8(self._bench, backbone, learned.head, photos, self._progress, self._heartbeat)
        if learned.eye is backbone or (trial is not None and trial.kept):
            return learned, trial
        self._progress.say("32 bits look at the photos again, as they are to serve.")
        return self._fit(backbone, backbone, photos, "features", "fitting"), trial

    def _candidate(self, learned: Learned, trial: Int8Trial | None, snapshot: int) -> Candidate:
        kept = trial if trial is not None and trial.kept else None
        serving = learned.backbone if kept is None else kept.backbone
        (validation,) = embed_validation(self._bench, [serving], learned.photos)
        calibration = calibrate(
            learned.head, learned.embedded.train, validation,
            false_reject=self._request.false_reject, seed=self._request.seed,
        )  # fmt: skip
        model = self._export(learned, calibration)
        if kept is not None:
            small = with_head(kept.backbone, learned.head, calibration.temperature)
            model = replace(model, int8=small)
        run, seconds = replace(self._run, snapshot=snapshot), self._progress.seconds
        manifest = describe(
            run, learned.backbone, learned.eye, learned.photos, calibration, model, trial, seconds
        )
        return Candidate(manifest, model, learned.head, calibration)

    def _export(self, learned: Learned, calibration: Calibration) -> ExportedModel:
        known, shelf = [*learned.photos.validation, *learned.photos.train], self._bench.shelf()
        count = PARITY_PHOTOS_OF_HEAD if shelf.is_proven(learned.backbone) else PARITY_PHOTOS
        frames = self._bench.frames(known, learned.backbone.spec, count)
        temperature, dropout = calibration.temperature, self._request.dropout
        model = export_candidate(learned.backbone, learned.head, temperature, frames, dropout)
        shelf.prove(learned.backbone)
        self._heartbeat.check_budget()
        return model

    def _prove(self, candidate: Candidate, data: FrozenData, champion: Classifier | None) -> Outcome:
        classifier = Classifier(candidate.bundle())
        known = Answers({}) if champion is None else stored_answers(self._bench.bundles, champion.manifest)
        proof = Proof.of(data.photos, self._bench, self._progress, self._heartbeat)
        measured = proof.judge(classifier, champion, known, len(candidate.serving))
        measured = replace(measured, verdict=self._verdict(measured))
        candidate = candidate.with_golden_answers(classifier)
        learning = {"epochs": list(self._progress.epochs), **data.to_json()}
        publish(self._bench, candidate, measured, learning, by=f"run {self._run.id}")
        self._progress.say(measured.verdict.reason)
        self._progress.leave()
        return Outcome(candidate.manifest.version, self._result(candidate, measured) | data.to_json())

    def _verdict(self, measured: Measured) -> Verdict:
        if self._heartbeat.stop_asked:
            return not_promoted(measured.verdict, "the run was stopped early.")
        if not self._promote:
            why = "it was trained for a comparison; promote it by hand to let it serve."
            return not_promoted(measured.verdict, why)
        return measured.verdict

    def _result(self, candidate: Candidate, measured: Measured) -> dict[str, Any]:
        return {
            "version": candidate.manifest.version,
            "verdict": measured.verdict.to_json(),
            "metrics": measured.report.summary(),
            "weights": candidate.manifest.weights,
            "photos": candidate.manifest.training["photos"],
            "seconds": self._progress.seconds,
            "size_bytes": len(candidate.serving),
            "latency_ms": measured.latency_ms,
            "int8": candidate.manifest.int8,
            "changes": measured.changes and measured.changes.to_json(),
        }


def load_tensorflow_meanwhile() -> None:
    """Begin to load TensorFlow, which takes 5 s, while photos are read."""
    Thread(target=import_module, args=("lenswright.training.backbones",), daemon=True).start()
