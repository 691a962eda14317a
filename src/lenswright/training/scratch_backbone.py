"""The preset `scratch`: a backbone of one's own, from random weights, taught by a teacher if there is one.

What it leaves is a backbone like any other: the head is then fitted on its frozen features.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from lenswright.errors import TrainingStopped, WeightsUnavailable
from lenswright.imaging.input_spec import InputSpec
from lenswright.runs.backbones import find_backbone
from lenswright.runs.request import TrainingRequest
from lenswright.training.augmentation import Augmentation
from lenswright.training.backbones import build_backbone, build_classifier
from lenswright.training.checkpoints import BEST, load_checkpoint
from lenswright.training.distillation import ViewBank, build_view_bank
from lenswright.training.fit_network import fit_network
from lenswright.training.framed_photos import FramedPhotos, framed
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.recipe import scratch_recipe
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

DEFAULT_BACKBONE = "mobilenet_v2_050"
TEACHER_SIZE_PX = 192
VIEWS = 12
DROPOUT = 0.1


class ScratchBackbone:
    """Trains the backbone of one run in its folder, or finishes what an earlier run left there."""

    def __init__(self, bench: Workbench, request: TrainingRequest, folder: Path) -> None:
        self._bench, self._request, self._folder = bench, request, folder
        self._name = DEFAULT_BACKBONE if request.backbone == "auto" else request.backbone
        self._spec = InputSpec(request.size_px or find_backbone(self._name).default_size_px, "squash")

    def train(self, photos: SplitPhotos, progress: Progress, heartbeat: Heartbeat) -> Pretrained:
        """Return the trained backbone. Raises TrainingStopped or TrainingDiverged."""
        taught_by = "no teacher"
        if not self._is_finished():
            teacher = self._teacher()
            taught_by = teacher.weights if teacher else taught_by
            (self._folder / "teacher.txt").write_text(taught_by)
            self._fit(photos, teacher, progress, heartbeat)
        heartbeat.check()
        return self._collect(len(photos.classes))

    def _is_finished(self) -> bool:
        standing = load_checkpoint(self._folder / "checkpoints", {})
        recipe = scratch_recipe(self._request, self._spec.size_px, taught=False)
        return standing is not None and recipe.is_over(standing)

    def _teacher(self) -> Pretrained | None:
        """Return a pretrained backbone to learn from, or None: then the labels are the only teacher."""
        if self._request.weights == "none":
            return None
        teacher = {"backbone": "mobilenet_v2", "size_px": TEACHER_SIZE_PX, "kind": "train"}
        wanted = self._request.model_copy(update=teacher)
        for weights in ("file", "imagenet"):
            try:
                return self._bench.shelf().find(wanted.model_copy(update={"weights": weights}), champion=None)
            except WeightsUnavailable as exc:
                reason = str(exc)
        if self._request.weights != "auto":
            raise WeightsUnavailable(reason)
        return None

    def _fit(
        self, photos: SplitPhotos, teacher: Pretrained | None, progress: Progress, heartbeat: Heartbeat
    ) -> None:
        keras.utils.set_random_seed(self._request.seed)
        recipe = scratch_recipe(self._request, self._spec.size_px, taught=teacher is not None)
        model = build_classifier(build_backbone(self._name, None, None), len(photos.classes), DROPOUT)

        with framed(photos, self._spec, self._folder, bench=self._bench, heartbeat=heartbeat) as frames:
            bank = None
            if teacher is not None:
                progress.say(f"The teacher ({teacher.weights}) looks at {VIEWS} views of every photo.")
                bank = self._view_bank(teacher, frames, recipe.augmentation, heartbeat)
            fit_network(
                model,
                frames,
                recipe=recipe,
                checkpoint_dir=self._folder / "checkpoints",
                teacher=bank,
                on_epoch=lambda metrics: progress.epoch(asdict(metrics)),
                on_progress=progress.at,
                should_stop=lambda: heartbeat.stop_asked,
            )

    def _view_bank(
        self, teacher: Pretrained, frames: FramedPhotos, augmentation: Augmentation, heartbeat: Heartbeat
    ) -> ViewBank:
        file = self._folder / "teacher.onnx"
        file.write_bytes(teacher.onnx)
        return build_view_bank(
            file, frames.train, frames.labels, self._folder / "bank", views=VIEWS, augmentation=augmentation,
            seed=self._request.seed, should_stop=lambda: heartbeat.stop_asked,
        )  # fmt: skip

    def _collect(self, class_count: int) -> Pretrained:
        best = self._folder / "checkpoints" / BEST
        if not best.exists():
            raise TrainingStopped("The run was stopped before its first epoch ended.")
        teacher = (self._folder / "teacher.txt").read_text()

        def load_keras() -> Any:
            classifier = build_classifier(
                build_backbone(self._name, self._spec.size_px, None), class_count, DROPOUT
            )
            classifier.load_weights(str(best))
            return keras.Model(classifier.input, classifier.output["feature_map"], name=self._name)

        identity = f"{self._name}-{self._spec.size_px}-{hashlib.sha256(best.read_bytes()).hexdigest()[:16]}"
        weights = f"trained here from random weights; teacher: {teacher}"
        onnx = self._bench.shelf().export(identity, load_keras())
        return Pretrained(self._name, self._spec, weights, identity, onnx, load_keras)
