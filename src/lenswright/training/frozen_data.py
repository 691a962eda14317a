"""What a run learns from: the photos of today or of an earlier data set, frozen before one is read."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lenswright.dataset.difference import Difference, snapshot_since_model
from lenswright.dataset.example import Photo
from lenswright.dataset.snapshots import freeze, thaw
from lenswright.dataset.statistics import labelled_photos
from lenswright.runs.state import Run
from lenswright.training.progress import Progress
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

MOST_NAMED = 20


@dataclass(frozen=True)
class FrozenData:
    """The photos of a run, and the `snapshot` that names exactly them.

    `since_champion`: how they differ from what the champion learnt from, None if that is not known.
    """

    photos: SplitPhotos
    snapshot: int
    since_champion: Difference | None

    def to_json(self) -> dict[str, Any]:
        """Return what the result of a run says of its data."""
        return {
            "snapshot": self.snapshot,
            "since_champion": None if self.since_champion is None else asdict(self.since_champion),
        }


def freeze_data(bench: Workbench, run: Run, progress: Progress) -> FrozenData:
    """Return the photos that `run` learns from and note their snapshot in the journal.

    They are those of the run it continues, so that what is kept fits; those of the data set it names; or
    else all that are labelled. Raises NotEnoughPhotos, NotFound for an unknown data set, and Conflict if
    a class of the run it continues is gone.
    """
    wanted = bench.journal.snapshot_for(run.request)
    found = (
        labelled_photos(bench.database, run.task) if wanted is None else _thawed(bench, run, wanted, progress)
    )
    photos = SplitPhotos.of(found)
    snapshot = freeze(bench.database, run.task, found)
    bench.journal.note_snapshot(run.id, snapshot)
    since = snapshot_since_model(bench.database, snapshot, bench.promotion.champion(run.task))
    if since is not None:
        progress.say(f"{since} since the champion.")
    return FrozenData(photos, snapshot, since)


def _thawed(bench: Workbench, run: Run, snapshot_id: int, progress: Progress) -> Sequence[Photo]:
    data = thaw(bench.database, snapshot_id)
    if run.request.resume_run is not None:
        data.refuse_lost_classes()
    progress.say(f"Data set {snapshot_id}, as it was frozen: {len(data.photos)} photos.")
    if data.gone:
        named = ", ".join(data.gone[:MOST_NAMED])
        progress.say(f"{len(data.gone)} photos of it are gone and left out: {named}.")
    return data.photos
