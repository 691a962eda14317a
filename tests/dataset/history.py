"""Photos, runs and models as rows: what becomes of a data set over time, without pixels or training."""

from lenswright.dataset.example import Photo, as_photo
from lenswright.dataset.snapshots import freeze
from lenswright.dataset.statistics import labelled_photos
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.storage.tables import RunRow, VersionRow

TASK = "shapes"


def add_photo(database: Database, name: str, label: str | None = "a", split: str | None = "train") -> Photo:
    """Note a photo of `TASK`; there is no file."""
    row = PhotoRow(
        task=TASK, label=label, split=split, sha256=name, pixel_sha256=name, dhash=0, width=8, height=8,
        size_bytes=1, format="JPEG", filename=f"{name}.jpg", source="test", uploaded_at=0.0,
    )  # fmt: skip
    with database.writing() as session:
        session.add(row)
        session.flush()
        return as_photo(row)


def change(database: Database, photo: Photo, **values: object) -> None:
    """Change the row of a photo."""
    with database.writing() as session:
        row = session.get_one(PhotoRow, photo.id)
        for name, value in values.items():
            setattr(row, name, value)


def bin_(database: Database, photo: Photo) -> None:
    change(database, photo, deleted_at=5.0)


def forget(database: Database, photo: Photo) -> None:
    """Leave of a photo what forgetting leaves."""
    gone = f"forgotten-{photo.id}"
    change(database, photo, deleted_at=5.0, forgotten_at=6.0, filename="", sha256=gone, pixel_sha256=gone)


def learn(database: Database, version: str, photos: list[Photo] | None = None, *, at: float = 100.0) -> int:
    """Note a run that froze `photos`, all if not given, and made `version` at `at`; return its snapshot."""
    snapshot = freeze(database, TASK, photos or labelled_photos(database, TASK), clock=lambda: at)
    with database.writing() as session:
        run = RunRow(
            task=TASK, kind="train", request="{}", state="completed", phase="done", progress=1.0,
            created_at=at - 1, ended_at=at + 1, machine="here", stop_requested=False, version=version,
            snapshot_id=snapshot,
        )  # fmt: skip
        session.add(run)
        session.flush()
        session.add(
            VersionRow(
                version=version, task=TASK, created_at=at, origin="trained", run_id=run.id, summary="{}"
            )
        )
    return snapshot
