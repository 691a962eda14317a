"""Is the network in 8 bits as good as in 32? Answered on validation photos; if so, it is what serves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lenswright.dataset.example import Photo
from lenswright.errors import ExportFailed
from lenswright.training.embedding import embed_validation
from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.quantise import quantise
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

CALIBRATION_PHOTOS = 64  # 128 took twice as long and agreed no better
LARGEST_LOSS = 0.003  # of accuracy
LEAST_AGREEMENT = 0.99  # share of photos that both networks give the same class


@dataclass(frozen=True)
class Int8Trial:
    """The 8-bit backbone, and how it compares on the validation photos.

    `numbers`: photos, accuracy_fp32, accuracy_int8, agreement, kept.
    """

    backbone: Pretrained
    numbers: dict[str, Any]

    @property
    def kept(self) -> bool:
        """Whether it passed, and serves."""
        return bool(self.numbers["kept"])


def try_int8(
    bench: Workbench,
    backbone: Pretrained,
    head: LinearHead,
    photos: SplitPhotos,
    progress: Progress,
    heartbeat: Heartbeat,
) -> Int8Trial | None:
    """Return the trial, or None where the backbone cannot be quantised. Raises TrainingStopped."""
    try:
        small = quantised(bench, backbone, photos.train)
    except ExportFailed as exc:
        progress.say(f"Kept at 32 bits: {exc}")
        return None
    heartbeat.check_budget()
    full, seen = embed_validation(bench, [backbone, small], photos, _reporter(progress, heartbeat))
    numbers = compare(head, full, seen)
    progress.say(
        f"In 8 bits {numbers['accuracy_int8']:.2%} of {numbers['photos']} validation photos against "
        f"{numbers['accuracy_fp32']:.2%} in 32, {numbers['agreement']:.2%} answered alike: "
        + ("it serves." if numbers["kept"] else "32 bits serve.")
    )
    return Int8Trial(small, numbers)


def compare(head: LinearHead, full: LabelledFeatures, small: LabelledFeatures) -> dict[str, Any]:
    """Return the guard's numbers for the same photos seen by both backbones, (N, D) each."""
    ours, theirs = (head.logits(seen.embeddings).argmax(axis=1) for seen in (small, full))
    photos = len(full.labels)
    lost = int((theirs == full.labels).sum() - (ours == full.labels).sum())
    agreeing = int((ours == theirs).sum())
    return {
        "photos": photos,
        "accuracy_fp32": float((theirs == full.labels).mean()),
        "accuracy_int8": float((ours == full.labels).mean()),
        "agreement": agreeing / photos,
        "kept": bool(lost <= LARGEST_LOSS * photos and agreeing >= LEAST_AGREEMENT * photos),
    }


def quantised(bench: Workbench, backbone: Pretrained, photos: Sequence[Photo]) -> Pretrained:
    """Return the backbone in 8 bits, calibrated on some of `photos` once and kept by its identity.

    Raises ExportFailed where it cannot be quantised.
    """
    identity = f"{backbone.identity}-int8"

    def make() -> bytes:
        drawn = (photos[i] for i in np.random.default_rng(0).permutation(len(photos)))
        return quantise(backbone.onnx, bench.frames(drawn, backbone.spec, CALIBRATION_PHOTOS))

    return replace(backbone, identity=identity, onnx=bench.shelf().kept(identity, make))


def _reporter(progress: Progress, heartbeat: Heartbeat) -> Callable[[int, int, float], None]:
    def report(done: int, total: int, _photos_per_s: float) -> None:
        heartbeat.check_budget()
        progress.at(done / total)

    return report
