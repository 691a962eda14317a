"""Which network looks at the photos of a run: the backbone, or its twin in 8 bits at half the cost."""

import numpy as np

from lenswright.errors import ExportFailed
from lenswright.evaluation.discriminant import Discriminant, Sums, UnitRows
from lenswright.runs.request import TrainingRequest
from lenswright.training.embedding import embed_validation, extractor_of
from lenswright.training.features import FeatureExtractor
from lenswright.training.head import LabelledFeatures
from lenswright.training.int8 import quantised
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

WORTH_LOOKS = 1000  # of the full network: a twin that saves fewer is not worth making
# Of the validation photos, by a rough head: cats and dogs 99.5 %, 120 breeds 94 %, whose int8 does not serve.
LEAST_ALIKE = 0.97


def feature_network(
    bench: Workbench,
    backbone: Pretrained,
    photos: SplitPhotos,
    request: TrainingRequest,
    progress: Progress,
    heartbeat: Heartbeat,
) -> Pretrained:
    """Return `backbone`, or its 8-bit twin where that spares much work and sees nearly the same.

    A head fitted on the twin's features makes good for most of what 8 bits lose. Raises TrainingStopped.
    """
    if not request.int8 or request.preset != "fast":
        return backbone
    looks = _looks(extractor_of(bench, backbone), photos, request.views)
    if looks < WORTH_LOOKS:
        return backbone
    try:
        twin = quantised(bench, backbone, photos.train)
    except ExportFailed as exc:
        progress.say(f"32 bits look at the photos: {exc}")
        return backbone
    if 2 * looks - _looks(extractor_of(bench, twin), photos, request.views) < WORTH_LOOKS:
        return backbone
    share = alike(*embed_validation(bench, [backbone, twin], photos, lambda *_: heartbeat.check()))
    chosen = twin if share >= LEAST_ALIKE else backbone
    bits = 8 if chosen is twin else 32
    progress.say(f"{bits} bits look at the photos: a rough head answers {share:.1%} alike through both.")
    return chosen


def alike(full: LabelledFeatures, small: LabelledFeatures) -> float:
    """Return the share (0..1) of photos that get the same class through both networks.

    The same N photos seen by both, (N, D) each. One half is answered by a discriminant made from the other
    half as the full network sees it.
    """
    every = np.arange(len(full))
    ours = UnitRows.of(full.embeddings)
    theirs = UnitRows(small.embeddings, ours.centre)
    same = 0
    for learnt, asked in ((every[::2], every[1::2]), (every[1::2], every[::2])):
        rough = Discriminant.of(Sums.of(ours, full.labels, learnt, int(full.labels.max()) + 1))
        same += int((rough.logits(ours, asked).argmax(1) == rough.logits(theirs, asked).argmax(1)).sum())
    return same / len(full)


def _looks(extractor: FeatureExtractor, photos: SplitPhotos, views: int) -> int:
    """Return how many views the network would have to look at."""
    return extractor.missing(photos.train, views) + extractor.missing(photos.validation, 1)
