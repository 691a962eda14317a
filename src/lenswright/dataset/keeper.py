"""Photos of predictions into the data set: without a label, each with its row of the review queue."""

import time
from collections.abc import Callable, Sequence
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.bin import bin_rows
from lenswright.dataset.examination import bytes_hash
from lenswright.dataset.intake import Intake
from lenswright.dataset.kept_photos import PredictedPhoto
from lenswright.dataset.reviews import KEPT, PREDICTED, UNKNOWN, UNSURE, undecided
from lenswright.dataset.upload import Upload
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow, ReviewRow

SERVICE = "service"  # who keeps them
KEPT_KINDS = (KEPT, UNSURE, UNKNOWN)  # feedback is never let go of
MOST_AT_ONCE = 10_000  # let go of in one transaction: SQLite binds no more than 32,766 numbers


class Keeper:
    """Files predicted photos; at most `most` predictions wait for a decision, feedback not counted.

    To make room, the oldest go that nobody is asked about: the model was sure, or somebody has labelled
    the photo since. Their photos go to the bin unless they have a label. Where only unsure and unknown
    ones are left, no more are kept: a person has to look at some first.
    """

    def __init__(
        self, database: Database, intake: Intake, most: int, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._intake, self._most, self._clock = database, intake, most, clock

    def keep(self, photos: Sequence[PredictedPhoto]) -> int:
        """File `photos`, the unsure and unknown first; return how many there was no room for.

        A photo that lies in the bin stays there. Raises StorageFailure.
        """
        with self._database.writing() as session:
            room = make_room(session, len(photos), self._most, self._clock())
        wanted = sorted(photos, key=lambda photo: photo.status == "accepted")[:room]
        by_task = sorted(wanted, key=lambda photo: photo.task)
        for task, group in groupby(by_task, key=lambda photo: photo.task):
            self._keep(task, list(group))
        return len(photos) - len(wanted)

    def _keep(self, task: str, photos: Sequence[PredictedPhoto]) -> None:
        hashes = [bytes_hash(photo.data) for photo in photos]
        ids = self._ids(task, hashes)
        new = {sha256: photo for sha256, photo in zip(hashes, photos, strict=True) if sha256 not in ids}
        uploads = [Upload(f"prediction {photo.request_id}", photo.data) for photo in new.values()]
        taken = self._intake.take(task, uploads, source=PREDICTED, action="predicted", by=SERVICE)
        ids |= {sha256: result.id for sha256, result in zip(new, taken, strict=True) if result.id is not None}
        with self._database.writing() as session:
            known = session.scalars(select(PhotoRow).where(PhotoRow.id.in_(ids.values())))
            rows = {row.id: row for row in known if row.deleted_at is None}
            for sha256, photo in zip(hashes, photos, strict=True):
                row = rows.get(ids.get(sha256, 0))
                if row is not None:
                    session.add(_review(photo, row.id, _kind(session, photo, row)))
                    session.flush()  # the same photo may follow

    def _ids(self, task: str, hashes: Sequence[str]) -> dict[str, int]:
        """Return the photos whose very bytes are there already: taking them in again would tell nothing."""
        query = select(PhotoRow.sha256, PhotoRow.id).where(PhotoRow.task == task, PhotoRow.sha256.in_(hashes))
        with self._database.reading() as session:
            return {row.sha256: row.id for row in session.execute(query)}


def make_room(session: Session, wanted: int, most: int, now: float) -> int:
    """Return how many of `wanted` more predictions there is room for, having let go of older ones."""
    waiting = ReviewRow.decided_at.is_(None) & ReviewRow.kind.in_(KEPT_KINDS)
    held = session.scalars(select(func.count()).select_from(ReviewRow).where(waiting)).one()
    if held + wanted > most:
        joined = select(ReviewRow).join(PhotoRow, PhotoRow.id == ReviewRow.photo_id)
        asks_nobody = (ReviewRow.kind == KEPT) | ~undecided()
        oldest = joined.where(waiting, asks_nobody).order_by(ReviewRow.id)
        gone = session.scalars(oldest.limit(min(held + wanted - most, MOST_AT_ONCE))).all()
        for row in gone:
            session.delete(row)
        session.flush()
        _bin_orphans(session, [row.photo_id for row in gone if row.photo_id is not None], now)
        held -= len(gone)
    return max(0, min(wanted, most - held))


def _bin_orphans(session: Session, photo_ids: Sequence[int], now: float) -> None:
    """Put those kept photos into the bin that have no label, and nothing else in the queue."""
    still = select(ReviewRow.photo_id).where(
        ReviewRow.decided_at.is_(None), ReviewRow.photo_id.in_(photo_ids)
    )
    rows = session.scalars(
        select(PhotoRow)
        .where(PhotoRow.id.in_(photo_ids), PhotoRow.id.not_in(still), PhotoRow.source == PREDICTED)
        .where(PhotoRow.label.is_(None), PhotoRow.deleted_at.is_(None))
        .order_by(PhotoRow.task, PhotoRow.id)
    )
    for task, group in groupby(rows, key=lambda row: row.task):
        bin_rows(session, task, list(group), by=SERVICE, now=now)


def _kind(session: Session, photo: PredictedPhoto, row: PhotoRow) -> str:
    """Return `unsure` or `unknown` if a person should look at the photo, else `kept`.

    Nobody is asked about a photo that waits already, or whose label agrees or was looked at before.
    """
    asking = UNKNOWN if photo.status == "unknown" else UNSURE
    asked = select(ReviewRow.id).where(ReviewRow.photo_id == row.id, ReviewRow.kind != KEPT)
    if row.label is None:
        waits = session.scalars(asked.where(ReviewRow.decided_at.is_(None))).first() is not None
        return KEPT if waits or photo.status == "accepted" else asking
    agrees = row.label == photo.predicted_class
    seen = row.confirmed_at is not None or session.scalars(asked).first() is not None
    return KEPT if agrees or seen else asking


def _review(photo: PredictedPhoto, photo_id: int, kind: str) -> ReviewRow:
    return ReviewRow(
        task=photo.task,
        kind=kind,
        photo_id=photo_id,
        request_id=photo.request_id,
        version=photo.version,
        predicted_class=photo.predicted_class,
        confidence=photo.confidence,
        uncertainty=photo.uncertainty,
        novelty=photo.novelty,
        created_at=photo.at,
        by=SERVICE,
    )
