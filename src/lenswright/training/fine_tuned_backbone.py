"""The preset `best`: the top layers of a pretrained backbone learn the photos of the task.

It begins with the head that was fitted on the frozen backbone and must do better than that. What it
leaves is a backbone like any other: a head is then fitted on its features anew.
"""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from lenswright.errors import TrainingStopped
from lenswright.runs.request import TrainingRequest
from lenswright.training.backbones import build_classifier
from lenswright.training.fit_network import FitResult, fit_network
from lenswright.training.framed_photos import framed
from lenswright.training.freezing import freeze
from lenswright.training.head import LinearHead
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.recipe import fine_tune_recipe
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

TUNED = ", fine-tuned here"


class FineTunedBackbone:
    """Fine-tunes `backbone` in the folder of one run, or goes on with what an earlier run left there."""

    def __init__(
        self, bench: Workbench, request: TrainingRequest, folder: Path, backbone: Pretrained
    ) -> None:
        self._bench, self._request, self._folder, self._backbone = bench, request, folder, backbone

    def train(
        self, photos: SplitPhotos, head: LinearHead, progress: Progress, heartbeat: Heartbeat
    ) -> Pretrained:
        """Return the backbone of the best epoch so far, also when asked to stop.

        It is the given one, unchanged, if no epoch had a higher validation accuracy than that with
        `head`, or the same and a lower loss. Raises TrainingDiverged and MemoryError.
        """
        keras.utils.set_random_seed(self._request.seed)
        model, backbone = self._classifier(head)
        learning = freeze(backbone, self._request.fine_tune_share)
        try:
            result = self._fit(model, photos, progress, heartbeat)
        except TrainingStopped:  # while the photos were framed
            return self._backbone
        progress.say(_outcome(result, learning))
        return self._tuned(backbone, head, result.best_weights) if result.best_epoch else self._backbone

    def _classifier(self, head: LinearHead) -> tuple[Any, Any]:
        """Return a Keras classifier and the backbone in it; they share their layers."""
        backbone = self._backbone.load_keras()
        model = build_classifier(backbone, len(head.bias), self._request.dropout)
        model.get_layer("logits").set_weights([head.kernel, head.bias])
        return model, backbone

    def _fit(self, model: Any, photos: SplitPhotos, progress: Progress, heartbeat: Heartbeat) -> FitResult:
        spec = self._backbone.spec

        with framed(photos, spec, self._folder, bench=self._bench, heartbeat=heartbeat) as frames:
            return fit_network(
                model,
                frames,
                recipe=fine_tune_recipe(self._request, spec.size_px),
                checkpoint_dir=self._folder / "fine-tuning",
                on_epoch=lambda metrics: progress.epoch(asdict(metrics)),
                on_progress=progress.at,
                should_stop=lambda: heartbeat.stop_asked,
            )

    def _tuned(self, backbone: Any, head: LinearHead, best: Path | None) -> Pretrained:
        digest = hashlib.sha256()
        for weight in backbone.get_weights():
            digest.update(weight.tobytes())
        name, spec = self._backbone.name, self._backbone.spec
        identity = f"{name}-{spec.size_px}-{digest.hexdigest()[:16]}"

        def load_keras() -> Any:
            classifier, again = self._classifier(head)
            classifier.load_weights(str(best))
            return again

        return replace(
            self._backbone,
            weights=self._backbone.weights.removesuffix(TUNED) + TUNED,
            identity=identity,
            onnx=self._bench.shelf().export(identity, backbone),
            load_keras=load_keras,
        )


def _outcome(result: FitResult, learning: int) -> str:
    if not result.history:
        return "The backbone stays as it was: stopped before fine-tuning began."
    start, best = (result.history[epoch].val_accuracy for epoch in (0, result.best_epoch))
    if result.best_epoch == 0:
        return (
            f"The backbone stays as it was: none of {result.epochs} epochs of fine-tuning was better than "
            f"its {start:.1%} of the validation photos."
        )
    return (
        f"Fine-tuning {learning} layers took the backbone from {start:.1%} to {best:.1%} of the validation "
        f"photos in epoch {result.best_epoch} of {result.epochs}."
    )
