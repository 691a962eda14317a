"""The check of a data set: its labels held against models that never saw them, its photos against each other.

Needs no TensorFlow where the backbone's ONNX graph is at hand. Each step writes what it found in one
transaction, so that a stop leaves nothing half written.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenswright.dataset.example import Photo
from lenswright.dataset.readiness import LEAST_CLASSES, LEAST_PHOTOS, check_any
from lenswright.dataset.regrouping import merge_groups
from lenswright.dataset.statistics import labelled_photos
from lenswright.dataset.suggestions import Suggestion, replace_suggestions
from lenswright.evaluation.advice import PAIRS, Advice
from lenswright.evaluation.cross_validation import Answers, CrossValidation, assign_folds
from lenswright.evaluation.discriminant import Ints, Rows, UnitRows
from lenswright.evaluation.label_errors import find_doubts
from lenswright.evaluation.learning_curve import confused_pairs, learning_curve
from lenswright.runs.state import Run
from lenswright.training.embedding import extractor_of
from lenswright.training.int8 import quantised
from lenswright.training.missing_quality import measure_missing
from lenswright.training.near_duplicates import near_duplicates
from lenswright.training.pretrained import Pretrained
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import Outcome
from lenswright.training.split_photos import left_out
from lenswright.training.workbench import Workbench


@dataclass(frozen=True)
class Checked:
    """N labelled photos, their class names, class indices (N,) and embeddings (N, D), still on disk."""

    photos: Sequence[Photo]
    classes: tuple[str, ...]
    labels: Ints
    features: Rows


class DataCheck:
    """The run of kind `check`; `clock` in epoch seconds."""

    def __init__(
        self,
        bench: Workbench,
        run: Run,
        progress: Progress,
        heartbeat: Heartbeat,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bench, self._run, self._clock = bench, run, clock
        self._progress, self._heartbeat = progress, heartbeat

    def execute(self) -> Outcome:
        """Look at every labelled photo. Raises NotEnoughPhotos, TrainingStopped and StorageFailure."""
        self._progress.enter("starting")
        photos = labelled_photos(self._bench.database, self._run.task, unused=True)
        check_any(photos)
        self._progress.enter("weights")
        backbone = self._backbone(photos)
        self._progress.enter("features")
        checked = self._embed(backbone, photos)
        self._progress.enter("quality")
        measured = measure_missing(self._bench, self._run.task, self._on_part)
        self._heartbeat.check()
        self._progress.enter("duplicates")
        merged = self._merge_duplicates(checked)
        judged = self._judge(checked)
        self._progress.leave()
        found = {"photos": len(checked.photos), "measured": measured, **merged, **judged}
        return Outcome(None, found | {"seconds": self._progress.seconds})

    def _backbone(self, photos: Sequence[Photo]) -> Pretrained:
        """Return the champion's backbone, for its features are kept, or what `fast` would take."""
        task = self._run.task
        version = self._bench.promotion.champion(task)
        champion = self._bench.bundles.manifest(task, version) if version else None
        found = self._bench.shelf().find(self._run.request, champion)
        self._progress.say(f"Backbone {found.name} at {found.spec.size_px} px: {found.weights}.")
        if champion is None or champion.training.get("feature_bits") != 8:
            return found
        return quantised(self._bench, found, photos)

    def _embed(self, backbone: Pretrained, photos: Sequence[Photo]) -> Checked:
        extractor = extractor_of(self._bench, backbone)
        lost = extractor.fill(photos, 1, self._on_embedded)
        if lost:
            self._progress.say(left_out(photo for photo in photos if photo.id in lost))
        kept = [photo for photo in photos if photo.id not in lost]
        check_any(kept)
        classes = tuple(sorted({str(photo.label) for photo in kept}))
        index = {name: number for number, name in enumerate(classes)}
        labels = np.array([index[str(photo.label)] for photo in kept], np.int64)
        return Checked(kept, classes, labels, extractor.rows(kept))

    def _on_embedded(self, done: int, missing: int, photos_per_s: float) -> None:
        self._on_part(done, missing)
        if done == missing:
            self._progress.say(f"{missing} new photos embedded at {photos_per_s:.0f} a second.")

    def _on_part(self, done: int, count: int) -> None:
        self._heartbeat.check()
        self._progress.at(done / count)

    def _merge_duplicates(self, checked: Checked) -> dict[str, Any]:
        """Merge the groups of photos that nearly agree; return what it came to."""
        pairs = near_duplicates(self._bench.database, checked.photos, checked.features, self._on_part)
        merged = merge_groups(
            self._bench.database, self._run.task, pairs, by=f"run {self._run.id}", now=self._clock()
        )
        if merged.edit_id is not None:
            self._progress.say(
                f"{merged.groups_before} groups of photos look alike and are {merged.groups_after} now;"
                f" {merged.unused} photos are unused, so that none leaks from one split to another."
            )
        return {"regrouped": {"edit": merged.edit_id, "groups": merged.groups_after, "unused": merged.unused}}

    def _judge(self, checked: Checked) -> dict[str, Any]:
        """Look for wrong labels and for what would help most; return both."""
        self._progress.enter("label errors")
        counts = np.bincount(checked.labels)
        if np.count_nonzero(counts >= LEAST_PHOTOS) < LEAST_CLASSES:
            self._progress.say(
                f"Expected {LEAST_CLASSES} classes of {LEAST_PHOTOS} photos, to hold labels against models."
                " They are not judged."
            )
            self._replace([])
            return {"suggestions": 0, "advice": None}
        crossed = self._crossed(checked)
        answers = crossed.answers(self._on_answers)
        suggestions = _suggestions(checked, answers, counts)
        self._replace(suggestions)
        self._progress.say(f"{len(suggestions)} labels are doubtful.")
        self._progress.enter("advice")
        return {
            "suggestions": len(suggestions),
            "advice": self._advice(checked, crossed, answers, len(suggestions)).to_json(),
        }

    def _crossed(self, checked: Checked) -> CrossValidation:
        photos = labelled_photos(self._bench.database, self._run.task, unused=True)
        group_now = {photo.id: photo.group_id for photo in photos}
        groups = np.array([group_now.get(photo.id) or photo.id for photo in checked.photos], np.int64)
        folds = assign_folds(checked.labels, groups, seed=self._run.request.seed)
        features = UnitRows.of(checked.features)
        return CrossValidation(features, checked.labels, folds, len(checked.classes), self._on_sums)

    def _on_sums(self, done: int, count: int) -> None:
        self._on_part(done, 2 * count)

    def _on_answers(self, done: int, count: int) -> None:
        self._on_part(count + done, 2 * count)

    def _replace(self, suggestions: Sequence[Suggestion]) -> None:
        self._heartbeat.check()
        replace_suggestions(
            self._bench.database, self._run.task, suggestions, run_id=self._run.id, now=self._clock()
        )

    def _advice(self, checked: Checked, crossed: CrossValidation, answers: Answers, doubts: int) -> Advice:
        predicted = answers.predicted(checked.labels)
        curve = learning_curve(crossed, predicted, seed=self._run.request.seed, on_point=self._on_part)
        pairs = confused_pairs(checked.labels, predicted, PAIRS)
        return Advice(checked.classes, curve, pairs, doubts)


def _suggestions(checked: Checked, answers: Answers, counts: Ints) -> list[Suggestion]:
    """Return the doubted labels; a person's word and a class of too few photos are not doubted."""
    doubts = find_doubts(answers)
    found = []
    for row, score in zip(doubts.photos.tolist(), doubts.scores.tolist(), strict=True):
        photo, rival = checked.photos[row], int(answers.rival[row])
        if photo.confirmed_at is not None or counts[checked.labels[row]] < LEAST_PHOTOS:
            continue
        own, other = float(answers.own[row]), float(answers.rival_probability[row])
        found.append(Suggestion(photo.id, str(photo.label), checked.classes[rival], own, other, score))
    return found
