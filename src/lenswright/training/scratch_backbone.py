"""The preset `scratch`: a backbone of one's own, from random weights, taught by a teacher if there is one.

What it leaves is a backbone like any other: the head is then fitted on its frozen features.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from lenswright.dataset.example import Photo
from lenswright.errors import TrainingStopped, WeightsUnavailable
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import cpu_count
from lenswright.runs.request import TrainingRequest
from lenswright.training.backbones import build_backbone, build_classifier, find_backbone
from lenswright.training.checkpoints import BEST, load_checkpoint
from lenswright.training.course import EpochMetrics, Frames, ScratchRecipe
from lenswright.training.distillation import ViewBank, build_view_bank
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.schedule import Budget
from lenswright.training.scratch import fit_scratch
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.train_step import LossWeights
from lenswright.training.workbench import Workbench

DEFAULT_BACKBONE = "mobilenet_v2_050"
SOURCE_MARGIN = 1.375  # stored frames are larger than the input, so that crops keep their sharpness
TEACHER_SIZE_PX = 192
VIEWS = 12
DROPOUT = 0.1
TAUGHT = LossWeights(label=0.5, soft=0.3, feature=4.0)


class ScratchBackbone:
    """Trains the backbone of one run in its folder, or finishes what an earlier run left there."""

    def __init__(self, bench: Workbench, request: TrainingRequest, folder: Path) -> None:
        self._bench, self._request, self._folder = bench, request, folder
        self._name = DEFAULT_BACKBONE if request.backbone == "auto" else request.backbone
        self._spec = InputSpec(request.size_px or find_backbone(self._name).default_size_px, "squash")
        epochs = None if request.minutes else request.epochs
        self._budget = Budget(minutes=request.minutes, epochs=epochs)

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
        return standing is not None and self._budget.progress(standing.epoch, standing.elapsed_s) >= 1.0

    def _teacher(self) -> Pretrained | None:
        """Return a pretrained backbone to learn from, or None: then the labels are the only teacher."""
        if self._request.weights == "none":
            return None
        wanted = replace(self._request, backbone="mobilenet_v2", size_px=TEACHER_SIZE_PX, kind="train")
        for weights in ("file", "imagenet"):
            try:
                return self._bench.shelf().find(replace(wanted, weights=weights), champion=None)
            except WeightsUnavailable as exc:
                reason = str(exc)
        if self._request.weights != "auto":
            raise WeightsUnavailable(reason)
        return None

    def _fit(
        self, photos: SplitPhotos, teacher: Pretrained | None, progress: Progress, heartbeat: Heartbeat
    ) -> None:
        keras.utils.set_random_seed(self._request.seed)
        source = InputSpec(int(self._spec.size_px * SOURCE_MARGIN), self._spec.framing)
        frames, labels = self._frames(photos.train, source, heartbeat), photos.labels(photos.train)
        validation = self._frames(photos.validation, self._spec, heartbeat)
        bank = None
        if teacher is not None:
            progress.say(f"The teacher ({teacher.weights}) looks at {VIEWS} views of {len(frames)} photos.")
            bank = self._view_bank(teacher, frames, labels, heartbeat)

        def on_epoch(metrics: EpochMetrics) -> None:
            progress.at(metrics.progress)
            progress.epoch(asdict(metrics))

        model = build_classifier(build_backbone(self._name, None, None), len(photos.classes), DROPOUT)
        fit_scratch(
            model, frames, labels, validation, photos.labels(photos.validation),
            recipe=self._recipe(taught=bank is not None), checkpoint_dir=self._folder / "checkpoints",
            teacher=bank, on_epoch=on_epoch, should_stop=lambda: heartbeat.stop_asked,
        )  # fmt: skip

    def _recipe(self, *, taught: bool) -> ScratchRecipe:
        size_px = self._spec.size_px
        sizes = ((0.0, _multiple(size_px * 0.75)), (0.45, _multiple(size_px * 0.875)), (0.8, size_px))
        losses = TAUGHT if taught else LossWeights()
        recipe = ScratchRecipe(
            self._budget, sizes, self._request.batch_size, losses=losses, seed=self._request.seed
        )
        rate = self._request.learning_rate
        return recipe if rate is None else replace(recipe, peak_learning_rate=rate)

    def _frames(self, photos: Sequence[Photo], spec: InputSpec, heartbeat: Heartbeat) -> Frames:
        """Return uint8 (N, S, S, 3), on disk: the frames of 100,000 photos do not fit in memory."""
        file = self._folder / f"frames-{spec.size_px}.npy"
        shape = (len(photos), spec.size_px, spec.size_px, 3)
        frames: Frames = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)

        def fill(row: int) -> None:
            heartbeat.check()
            data = self._bench.read_photo(photos[row])
            frames[row] = decode_framed(data, spec, limits=self._bench.limits)

        with ThreadPoolExecutor(cpu_count()) as pool:
            list(pool.map(fill, range(len(photos))))
        return frames

    def _view_bank(self, teacher: Pretrained, frames: Frames, labels: Any, heartbeat: Heartbeat) -> ViewBank:
        file = self._folder / "teacher.onnx"
        file.write_bytes(teacher.onnx)
        return build_view_bank(
            file, frames, labels, self._folder / "bank", views=VIEWS, seed=self._request.seed,
            should_stop=lambda: heartbeat.stop_asked,
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


def _multiple(size_px: float, of: int = 16) -> int:
    return max(32, round(size_px / of) * of)
