"""A candidate in, a verdict out: it answers the test photos exactly as it would answer users."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.dataset.example import Photo
from lenswright.dataset.readiness import unreadable
from lenswright.evaluation.gate import Verdict, judge
from lenswright.evaluation.report import EvaluationReport, evaluate
from lenswright.imaging.framing import decode_framed
from lenswright.inference.classifier import Classifier
from lenswright.inference.session import cpu_count
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

NO_ANSWER = -1  # the champion does not know the class it would have to name
REPORT_EVERY = 100


@dataclass(frozen=True)
class Proof:
    """The held-out photos of a run, `labels` int64 (N,) into `classes`, and what answering them needs."""

    photos: Sequence[Photo]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    bench: Workbench
    on_progress: Callable[[float], None]

    @classmethod
    def of(cls, photos: SplitPhotos, bench: Workbench, progress: Progress, heartbeat: Heartbeat) -> "Proof":
        """Return the proof on the test photos of `photos`; those that cannot be read are left out."""
        lost = unreadable(photos.test, bench.read_photo, bench.limits)
        test = [photo for photo in photos.test if photo.id not in lost]

        def on_progress(fraction: float) -> None:
            heartbeat.check_budget()
            progress.at(fraction)

        return cls(test, photos.labels(test), photos.classes, bench, on_progress)

    def judge(self, candidate: Classifier, champion: Classifier | None) -> tuple[EvaluationReport, Verdict]:
        """Return the candidate's report and the gate's verdict. Raises TrainingStopped."""
        share = 1.0 if champion is None else 0.5
        probabilities = self._answers(candidate, 0.0, share)
        before = None if champion is None else self._answers(champion, share, share)
        report = evaluate(
            probabilities, self.labels, self.classes, photo_ids=[photo.id for photo in self.photos]
        )
        verdict = judge(
            labels=self.labels,
            candidate=probabilities.argmax(axis=1),
            champion=None if before is None or champion is None else self._translated(before, champion),
            candidate_version=candidate.manifest.version,
            champion_version=None if champion is None else champion.manifest.version,
            classes=self.classes,
        )
        return report, verdict

    def _answers(self, classifier: Classifier, done: float, share: float) -> NDArray[np.float32]:
        """Return float32 (N, C of the classifier): its probabilities for every photo."""

        def answer(photo: Photo) -> NDArray[np.float32]:
            data = self.bench.read_photo(photo)
            framed = decode_framed(data, classifier.manifest.input_spec, limits=self.bench.limits)
            row: NDArray[np.float32] = classifier.answer(framed[None]).probabilities[0]
            return row

        rows = []
        with ThreadPoolExecutor(cpu_count()) as pool:
            for row in pool.map(answer, self.photos):
                rows.append(row)
                if len(rows) % REPORT_EVERY == 0:
                    self.on_progress(done + share * len(rows) / len(self.photos))
        return np.stack(rows)

    def _translated(self, probabilities: NDArray[np.float32], champion: Classifier) -> NDArray[np.int64]:
        """Return the champion's answers (N,) as indices into `classes`."""
        own = champion.manifest.classes
        index = np.array([self.classes.index(name) if name in self.classes else NO_ANSWER for name in own])
        return np.asarray(index[probabilities.argmax(axis=1)], np.int64)
