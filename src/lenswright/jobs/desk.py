"""Where training is ordered: checks the data, labels what came along, and queues the run."""

from collections.abc import Sequence

from lenswright.dataset.example import Photo
from lenswright.dataset.known_labels import known_labels
from lenswright.dataset.labelling import relabel
from lenswright.dataset.labels import normalise_label
from lenswright.dataset.readiness import check_any, check_trainable
from lenswright.dataset.snapshots import snapshot, thaw
from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import Conflict, InputRefused, RunInProgress, UnknownLabel
from lenswright.jobs.supervisor import Supervisor
from lenswright.registry.versions import Versions
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.storage.database import Database


class TrainingDesk:
    """Takes orders for training; what cannot be trained is refused before anything starts."""

    def __init__(
        self, database: Database, journal: Journal, versions: Versions, supervisor: Supervisor
    ) -> None:
        self._database, self._journal = database, journal
        self._versions, self._supervisor = versions, supervisor

    def order(self, request: TrainingRequest) -> Run:
        """Return the queued run of any kind. Raises RunInProgress or NotEnoughPhotos.

        One on an earlier data set may raise NotFound, or InputRefused for one of another task.

        One that continues an earlier run may raise NotFound, InputRefused for a run of another task, or
        Conflict if that run, or one that continued it, is active or completed, or lost a class since.
        """
        self._refuse_second_run()
        if request.resume_run is not None:
            request = request.model_copy(update={"resume_run": self._root(request.resume_run, request.task)})
        self._refuse_too_few(request)
        return self._supervisor.submit(request)

    def retrain(
        self,
        request: TrainingRequest,
        files: Sequence[int | str],
        labels: Sequence[str],
        *,
        allow_new_labels: bool,
        by: str,
    ) -> Run:
        """Label `files` with `labels` for `by`, then train; the labels stay, whatever becomes of the run.

        Raises RunInProgress before anything is labelled; UnknownLabel, NotFound or InputRefused with
        nothing labelled; NotEnoughPhotos with the labels kept.
        """
        self._refuse_second_run()
        if not allow_new_labels:
            self._refuse_new(request.task, labels)
        if files or labels:
            relabel(self._database, request.task, files, labels, by=by)
        return self.order(request)

    def export(self, version: str, formats: Sequence[str]) -> Run:
        """Return the queued run that writes `version` in `formats`.

        Raises NotFound, InputRefused or RunInProgress.
        """
        asked = {"kind": "export", "version": version, "formats": [*formats]}
        return self.order(TrainingRequest.from_json(asked | {"task": self._versions.get(version).task}))

    def resume(self, run_id: int) -> Run:
        """Return the queued run that continues run `run_id`. Raises NotFound, and as `order` does."""
        return self.order(self._journal.get(run_id).resumption)

    def _root(self, run_id: int, task: str) -> int:
        """Return the first run of the chain that `run_id` belongs to, if it can be continued."""
        named = self._journal.get(run_id)
        if named.task != task:
            raise InputRefused(
                f"Expected 'resume_run' to be a run of the task {task!r}."
                f" Received: {run_id}, a run of {named.task!r}."
            )
        newest = self._journal.chain(named.root)[-1]
        if newest.is_active:
            raise RunInProgress(newest.id)
        if newest.state == "completed":
            raise Conflict(f"Training run {newest.id} is completed: there is nothing to resume.")
        return named.root

    def _refuse_too_few(self, request: TrainingRequest) -> None:
        if request.kind == "export":  # nothing is learnt
            return
        photos = self._photos(request)
        if request.kind == "check":  # one that grows may be looked at, too
            check_any(photos)
        else:
            check_trainable(photos)

    def _photos(self, request: TrainingRequest) -> list[Photo]:
        """Return what `request` would learn from. Raises NotFound, InputRefused or Conflict."""
        wanted = self._journal.snapshot_for(request)
        if wanted is None:
            return labelled_photos(self._database, request.task)
        task = snapshot(self._database, wanted).task
        if task != request.task:
            raise InputRefused(
                f"Expected 'snapshot' to be a data set of the task {request.task!r}."
                f" Received: {wanted}, one of {task!r}."
            )
        data = thaw(self._database, wanted)
        if request.resume_run is not None:
            data.refuse_lost_classes()
        return data.photos

    def _refuse_second_run(self) -> None:
        active = self._supervisor.active()
        if active is not None:
            raise RunInProgress(active.id)

    def _refuse_new(self, task: str, labels: Sequence[str]) -> None:
        with self._database.reading() as session:
            known = known_labels(session, task)
        folded = {label.casefold() for label in known}
        new = [label for label in labels if normalise_label(label).casefold() not in folded]
        if known and new:
            raise UnknownLabel(
                f"Expected labels of the task {task!r}: {', '.join(known[:200])}. Received: {new[0]!r}."
                ' Send "allow_new_labels": true to add a class.'
            )
