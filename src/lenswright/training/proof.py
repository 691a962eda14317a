"""A candidate in, a verdict out: it answers the test photos exactly as it would answer users."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenswright.cpus import cpu_count
from lenswright.dataset.example import Photo
from lenswright.errors import ImageError, NotEnoughPhotos, NotFound
from lenswright.evaluation.changes import Changes, changes
from lenswright.evaluation.gate import GateLimits, Verdict, judge
from lenswright.evaluation.report import EvaluationReport, evaluate
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.training.answers import Answers, answers_of
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.split_photos import SplitPhotos, left_out
from lenswright.training.workbench import Workbench

NO_ANSWER = -1  # the champion does not know the class it would have to name
REPORT_EVERY = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """What a proof found: the report, the verdict, the answers, the median time of one photo, and what
    `changes` for the photos if the champion is replaced, None without a champion."""

    report: EvaluationReport
    verdict: Verdict
    answers: Answers
    latency_ms: float
    changes: Changes | None = None


class _Answer(NamedTuple):
    """What one classifier said of one photo, and how long that took."""

    probabilities: NDArray[np.float32]
    status: str
    took_ms: float


@dataclass(frozen=True)
class Proof:
    """The held-out photos of a run, `labels` int64 (N,) into `classes`, and what answering them needs."""

    photos: Sequence[Photo]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    bench: Workbench
    on_progress: Callable[[float], None]
    say: Callable[[str], None] = log.info

    @classmethod
    def of(cls, photos: SplitPhotos, bench: Workbench, progress: Progress, heartbeat: Heartbeat) -> "Proof":
        """Return the proof on the test photos of `photos`."""

        def on_progress(fraction: float) -> None:
            heartbeat.check_budget()
            progress.at(fraction)

        labels = photos.labels(photos.test)
        return cls(photos.test, labels, photos.classes, bench, on_progress, progress.say)

    def judge(
        self, candidate: Classifier, champion: Classifier | None, known: Answers, size_bytes: int
    ) -> Measured:
        """Return what was found; `known` are answers the champion has given before, which it repeats.

        `size_bytes`: of the candidate's network. Photos that cannot be read are left out.
        Raises TrainingStopped.
        """
        asked = self._ask(candidate, self.photos)
        answers = [answer for answer in asked if answer is not None]
        readable = self._only([answer is not None for answer in asked])
        probabilities = np.stack([answer.probabilities for answer in answers])
        latency_ms = float(np.median([answer.took_ms for answer in answers]))
        settings = self.bench.settings
        theirs = None if champion is None else readable._answers_of(champion, known)
        verdict = judge(
            labels=readable.labels,
            candidate=probabilities.argmax(axis=1),
            champion=theirs,
            candidate_version=candidate.manifest.version,
            champion_version=None if champion is None else champion.manifest.version,
            classes=self.classes,
            latency_ms=latency_ms,
            size_bytes=size_bytes,
            limits=GateLimits(settings.gate_max_latency_ms, settings.gate_max_size_mb * 1_000_000),
        )
        report = evaluate(
            probabilities,
            readable.labels,
            self.classes,
            photo_ids=[photo.id for photo in readable.photos],
            sources=[photo.source for photo in readable.photos],
            groups=[photo.group_id or photo.id for photo in readable.photos],
            temperature=candidate.manifest.temperature,
            statuses=[answer.status for answer in answers],
        )
        pixels = [photo.pixel_sha256 for photo in readable.photos]
        changed = readable._changes(probabilities, theirs, champion)
        return Measured(report, verdict, answers_of(pixels, probabilities), latency_ms, changed)

    def _changes(
        self,
        probabilities: NDArray[np.float32],
        theirs: NDArray[np.int64] | None,
        champion: Classifier | None,
    ) -> Changes | None:
        if champion is None or theirs is None:
            return None
        ids = [photo.id for photo in self.photos]
        version = champion.manifest.version
        return changes(probabilities, self.labels, theirs, photo_ids=ids, compared_with=version)

    def _only(self, kept: Sequence[bool]) -> "Proof":
        photos = [photo for photo, keep in zip(self.photos, kept, strict=True) if keep]
        if not photos:
            raise NotEnoughPhotos("Expected test photos to measure with. None of them can be read.")
        if len(photos) < len(kept):
            self.say(left_out(photo for photo, keep in zip(self.photos, kept, strict=True) if not keep))
        return replace(self, photos=photos, labels=self.labels[np.array(kept)])

    def _answers_of(self, champion: Classifier, known: Answers) -> NDArray[np.int64]:
        """Return the champion's answers (N,) as indices into `classes`; it is asked only what is new."""
        new = [photo for photo in self.photos if photo.pixel_sha256 not in known.by_pixels]
        rows = dict(known.by_pixels)
        for photo, answer in zip(new, self._ask(champion, new), strict=True):
            if answer is not None:
                rows[photo.pixel_sha256] = answer.probabilities
        best = [int(rows[photo.pixel_sha256].argmax()) for photo in self.photos]
        own = champion.manifest.classes
        index = np.array([self.classes.index(name) if name in self.classes else NO_ANSWER for name in own])
        return np.asarray(index[best], np.int64)

    def _ask(self, classifier: Classifier, photos: Sequence[Photo]) -> list[_Answer | None]:
        """Return each photo's answer, None for one that cannot be read."""
        answers = []
        with ThreadPoolExecutor(cpu_count()) as pool:
            for answer in pool.map(lambda photo: self._answer(classifier, photo), photos):
                answers.append(answer)
                if len(answers) % REPORT_EVERY == 0:
                    self.on_progress(len(answers) / len(photos))
        return answers

    def _answer(self, classifier: Classifier, photo: Photo) -> _Answer | None:
        began = time.perf_counter()
        try:
            data = self.bench.read_photo(photo)
            framed = decode_framed(data, classifier.manifest.input_spec, limits=self.bench.limits)
        except (ImageError, NotFound) as exc:
            log.warning("test photo %d (%s) is left out: %s", photo.id, photo.filename, exc)
            return None
        answer = classifier.answer(framed[None])
        row: NDArray[np.float32] = answer.probabilities[0]
        status = classifier.status(float(row.max()), classifier.distance(answer.embeddings))
        return _Answer(row, status, (time.perf_counter() - began) * 1e3)
