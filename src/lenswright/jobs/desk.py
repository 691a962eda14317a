"""Where training is ordered: checks the data, labels what came along, and queues the run."""

from collections.abc import Sequence

from lenswright.dataset.labelling import relabel
from lenswright.dataset.labels import normalise_label
from lenswright.dataset.readiness import check_trainable
from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import RunInProgress, UnknownLabel
from lenswright.jobs.supervisor import Supervisor
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.storage.database import Database


class TrainingDesk:
    """Takes orders for training; what cannot be trained is refused before anything starts."""

    def __init__(self, database: Database, supervisor: Supervisor) -> None:
        self._database, self._supervisor = database, supervisor

    def train(self, request: TrainingRequest) -> Run:
        """Return the queued run. Raises RunInProgress or NotEnoughPhotos."""
        self._refuse_second_run()
        check_trainable(labelled_photos(self._database, request.task))
        return self._supervisor.submit(request)

    def retrain(
        self,
        request: TrainingRequest,
        files: Sequence[int | str],
        labels: Sequence[str],
        *,
        allow_new_labels: bool,
    ) -> Run:
        """Label `files` with `labels`, then train; the labels stay, whatever becomes of the run.

        Raises RunInProgress before anything is labelled; UnknownLabel, NotFound or InputRefused with
        nothing labelled; NotEnoughPhotos with the labels kept.
        """
        self._refuse_second_run()
        if not allow_new_labels:
            self._refuse_new(request.task, labels)
        if files or labels:
            relabel(self._database, request.task, files, labels)
        return self.train(request)

    def _refuse_second_run(self) -> None:
        active = self._supervisor.active()
        if active is not None:
            raise RunInProgress(active.id)

    def _refuse_new(self, task: str, labels: Sequence[str]) -> None:
        known = sorted({str(photo.label) for photo in labelled_photos(self._database, task)})
        folded = {label.casefold() for label in known}
        new = [label for label in labels if normalise_label(label).casefold() not in folded]
        if known and new:
            raise UnknownLabel(
                f"Expected labels of the task {task!r}: {', '.join(known[:200])}. Received: {new[0]!r}."
                ' Send "allow_new_labels": true to add a class.'
            )
