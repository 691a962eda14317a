"""Examined photos into rows, within one writing transaction."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.batch_log import BatchWish, Entered
from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.edits import LABEL_CONFLICT, keeps_label, state_of
from lenswright.dataset.examination import Examined, first_of_each
from lenswright.dataset.example import blob_key
from lenswright.dataset.labelling import Labeller
from lenswright.dataset.upload import IntakeResult, Outcome, clean_filename
from lenswright.storage.dataset_tables import PhotoRow


class Registration:
    """Enters the photos of one edit; `now` in epoch seconds."""

    def __init__(
        self,
        session: Session,
        wish: BatchWish,
        edit_id: int,
        labeller: Labeller,
        index: DuplicateIndex,
        now: float,
    ) -> None:
        self._session, self._wish, self._edit_id = session, wish, edit_id
        self._labeller, self._index = labeller, index
        self._now = now

    def enter_all(self, photos: Sequence[Examined]) -> list[Entered]:
        """Return what became of each photo: a new row, a label for a known one, or a duplicate."""
        rows = self._known(photos)
        new = [photo for photo in first_of_each(photos) if photo.pixel_sha256 not in rows]
        fresh = {photo.pixel_sha256: self._row(photo) for photo in new}
        self._session.add_all(fresh.values())
        self._session.flush()  # all of them get their ids from one statement
        rows |= fresh
        entered = []
        for photo in photos:
            row = rows[photo.pixel_sha256]
            is_new = fresh.pop(photo.pixel_sha256, None) is not None
            entered.append(self._enter_new(photo, row) if is_new else self._enter_known(photo, row))
        return entered

    def _known(self, photos: Sequence[Examined]) -> dict[str, PhotoRow]:
        pixels = [photo.pixel_sha256 for photo in photos]
        query = select(PhotoRow).where(PhotoRow.task == self._wish.task, PhotoRow.pixel_sha256.in_(pixels))
        return {row.pixel_sha256: row for row in self._session.scalars(query)}

    def _enter_new(self, photo: Examined, row: PhotoRow) -> Entered:
        near = self._index.neighbours(photo.look)
        row.group_id = row.id if near.group_id is None else near.group_id
        self._index.add(row.id, photo.look, row.group_id)
        if photo.upload.label is not None:
            label = self._labeller.spelled(photo.upload.label)
            self._labeller.label(row, label, photo.upload.split, near.groups)
        return Entered(self._result(photo, row, "stored"))

    def _enter_known(self, photo: Examined, row: PhotoRow) -> Entered:
        before = state_of(row)
        if row.deleted_at is not None and self._wish.action == "predicted":
            return Entered(self._result(photo, row, "duplicate"), before)  # who asks restores nothing
        was_binned = row.deleted_at is not None
        label = None if photo.upload.label is None else self._labeller.spelled(photo.upload.label)
        row.deleted_at = None
        if label is not None and row.label is None:
            self._labeller.label(row, label, photo.upload.split)
            return Entered(self._result(photo, row, "restored" if was_binned else "labelled"), before)
        outcome: Outcome = "restored" if was_binned else "duplicate"
        if label is None or label == row.label:
            return Entered(self._result(photo, row, outcome), before)
        reason = keeps_label(row, label)
        return Entered(self._result(photo, row, outcome, LABEL_CONFLICT, reason), before, label)

    def _row(self, photo: Examined) -> PhotoRow:
        return PhotoRow(
            task=self._wish.task,
            sha256=photo.sha256,
            pixel_sha256=photo.pixel_sha256,
            dhash=photo.look.dhash,
            colours=photo.look.colours,
            width=photo.width,
            height=photo.height,
            size_bytes=len(photo.upload.data),
            format=photo.format,
            filename=clean_filename(photo.upload.filename),
            source=photo.upload.source or self._wish.source,
            uploaded_at=self._now,
            edit_id=self._edit_id,
            brightness=photo.quality and photo.quality.brightness,
            sharpness=photo.quality and photo.quality.sharpness,
        )

    def _result(
        self,
        photo: Examined,
        row: PhotoRow,
        outcome: Outcome,
        code: str | None = None,
        reason: str | None = None,
    ) -> IntakeResult:
        return IntakeResult(
            filename=clean_filename(photo.upload.filename),
            outcome=outcome,
            id=row.id,
            path=f"uploads/{blob_key(row.sha256, row.format)}",
            label=row.label,
            split=row.split,
            duplicate_of=None if outcome == "stored" else row.id,
            code=code,
            reason=reason,
            batch=self._edit_id,
        )
