"""What became of the data since a model learnt from it: new photos, corrected labels, removed photos."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lenswright.dataset.example import SPLITS, present
from lenswright.dataset.lineage import snapshot_of
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, SnapshotPhotoRow, SnapshotRow


@dataclass(frozen=True)
class Difference:
    """Labelled photos of the three splits: how many are new, have another label, are there no more."""

    new: int
    relabelled: int
    removed: int

    def __str__(self) -> str:
        """Say it: "31 new photos, 4 corrected labels and 2 photos removed"."""
        said = [
            f"{self.new} new photo{'' if self.new == 1 else 's'}",
            f"{self.relabelled} corrected label{'' if self.relabelled == 1 else 's'}",
        ]
        if self.removed:
            said.append(f"{self.removed} photo{'' if self.removed == 1 else 's'} removed")
        return f"{', '.join(said[:-1])} and {said[-1]}"


def since_model(database: Database, task: str, version: str | None) -> Difference | None:
    """Return how the present data of `task` differs from what `version` learnt from.

    None without a version, and where its data set is not known.
    """
    labelled = present(task) & PhotoRow.label.is_not(None) & PhotoRow.split.in_(SPLITS)
    with database.reading() as session:
        then = None if version is None else snapshot_of(session, version)
        return None if then is None else _difference(session, PhotoRow.id, PhotoRow.label, labelled, then)


def snapshot_since_model(database: Database, snapshot_id: int, version: str | None) -> Difference | None:
    """Return how a snapshot differs from what `version` learnt from; None as in `since_model`."""
    now = aliased(SnapshotPhotoRow)
    with database.reading() as session:
        then = None if version is None else snapshot_of(session, version)
        if then is None:
            return None
        return _difference(session, now.photo_id, now.label, now.snapshot_id == snapshot_id, then)


def _difference(
    session: Session,
    photo_id: InstrumentedAttribute[int],
    label: InstrumentedAttribute[str | None] | InstrumentedAttribute[str],
    condition: ColumnElement[bool],
    then: int,
) -> Difference:
    """Return how the photos of `condition` differ from the snapshot `then`."""
    same_photo = and_(SnapshotPhotoRow.photo_id == photo_id, SnapshotPhotoRow.snapshot_id == then)
    query = (
        select(
            func.count(),
            func.count(SnapshotPhotoRow.photo_id),
            func.coalesce(func.sum(case((SnapshotPhotoRow.label != label, 1), else_=0)), 0),
        )
        .select_from(photo_id.class_)
        .outerjoin(SnapshotPhotoRow, same_photo)
        .where(condition)
    )
    photos, common, relabelled = session.execute(query).one()
    frozen = session.get_one(SnapshotRow, then).photos
    return Difference(photos - common, int(relabelled), frozen - common)
