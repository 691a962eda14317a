"""Labelled photos and a backbone in, labelled embeddings out; what cannot be read is left out by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lenswright.inference.session import open_session
from lenswright.runs.request import TrainingRequest
from lenswright.training.feature_cache import FeatureCache
from lenswright.training.features import FeatureExtractor
from lenswright.training.head import LabelledFeatures
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.split_photos import SplitPhotos, left_out
from lenswright.training.workbench import Workbench


@dataclass(frozen=True)
class Embedded:
    """The features of one run, on disk: the views of the training photos, and the validation photos."""

    train: LabelledFeatures
    validation: LabelledFeatures


def embed(
    bench: Workbench,
    backbone: Pretrained,
    photos: SplitPhotos,
    request: TrainingRequest,
    progress: Progress,
    heartbeat: Heartbeat,
) -> tuple[Embedded, SplitPhotos]:
    """Return the features of `photos`, and the photos without those that cannot be read.

    What an earlier run has seen comes from the cache; a killed run loses at most the last 128 photos.
    Raises TrainingStopped, NotEnoughPhotos or StorageFailure.
    """
    extractor = extractor_of(bench, backbone)
    wanted = [*photos.train, *photos.validation]
    before = 0

    def on_progress(done: int, missing: int, photos_per_s: float) -> None:
        heartbeat.check()
        progress.at((before + done) / len(wanted))
        if done == missing:
            progress.say(f"{missing} new photos embedded at {photos_per_s:.0f} a second.")

    lost = extractor.fill(photos.train, request.views, on_progress)
    before = len(photos.train)
    lost |= extractor.fill(photos.validation, 1, on_progress)
    heartbeat.check()
    if lost:
        progress.say(left_out(photo for photo in wanted if photo.id in lost))
    photos = photos.without(lost)
    labels = np.tile(photos.labels(photos.train), request.views)
    return Embedded(
        LabelledFeatures(extractor.rows(photos.train, request.views), labels),
        LabelledFeatures(extractor.rows(photos.validation), photos.labels(photos.validation)),
    ), photos


def embed_validation(
    bench: Workbench,
    backbones: Sequence[Pretrained],
    photos: SplitPhotos,
    on_progress: Callable[[int, int, float], None] = lambda *_: None,
) -> list[LabelledFeatures]:
    """Return what each of `backbones` makes of the validation photos.

    Left out, for all of them, are photos that cannot be read any more: some may be forgotten meanwhile.
    Raises NotEnoughPhotos.
    """
    extractors = [extractor_of(bench, backbone) for backbone in backbones]
    lost: set[int] = set()
    for extractor in extractors:
        lost |= extractor.fill(photos.validation, 1, on_progress)
    seen = photos.without(lost).validation
    return [LabelledFeatures(extractor.rows(seen), photos.labels(seen)) for extractor in extractors]


def extractor_of(bench: Workbench, backbone: Pretrained) -> FeatureExtractor:
    """Return what embeds photos with this backbone, and keeps the embeddings."""
    session = open_session(backbone.onnx)
    width = next(output.shape[-1] for output in session.get_outputs() if output.name == "embedding")
    folder = bench.settings.data_folder / "features" / f"{backbone.identity}-{backbone.spec.framing}"
    cache = FeatureCache(folder, width)
    return FeatureExtractor(session, backbone.spec, cache, bench.read_photo, bench.limits)
