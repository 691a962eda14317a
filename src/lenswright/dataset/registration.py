"""Examined photos into rows, within one writing transaction."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.duplicates import DuplicateIndex
from lenswright.dataset.examination import Examined, first_of_each
from lenswright.dataset.example import blob_key
from lenswright.dataset.labelling import Labeller
from lenswright.dataset.upload import IntakeResult, Outcome, clean_filename
from lenswright.storage.dataset_tables import PhotoRow


class Registration:
    """Enters photos of one task; `now` in epoch seconds."""

    def __init__(
        self, session: Session, task: str, labeller: Labeller, index: DuplicateIndex, source: str, now: float
    ) -> None:
        self._session, self._task = session, task
        self._labeller, self._index = labeller, index
        self._source, self._now = source, now

    def enter_all(self, photos: Sequence[Examined]) -> list[IntakeResult]:
        """Return what became of each photo: a new row, a label for a known one, or a duplicate."""
        rows = self._known(photos)
        new = [photo for photo in first_of_each(photos) if photo.pixel_sha256 not in rows]
        fresh = {photo.pixel_sha256: self._row(photo) for photo in new}
        self._session.add_all(fresh.values())
        self._session.flush()  # all of them get their ids from one statement
        rows |= fresh
        results = []
        for photo in photos:
            row = rows[photo.pixel_sha256]
            is_new = fresh.pop(photo.pixel_sha256, None) is not None
            results.append(self._enter_new(photo, row) if is_new else self._enter_known(photo, row))
        return results

    def _known(self, photos: Sequence[Examined]) -> dict[str, PhotoRow]:
        pixels = [photo.pixel_sha256 for photo in photos]
        query = select(PhotoRow).where(PhotoRow.task == self._task, PhotoRow.pixel_sha256.in_(pixels))
        return {row.pixel_sha256: row for row in self._session.scalars(query)}

    def _enter_new(self, photo: Examined, row: PhotoRow) -> IntakeResult:
        group_id = self._index.neighbours(photo.look).group_id
        row.group_id = row.id if group_id is None else group_id
        self._index.add(row.id, photo.look, row.group_id)
        if photo.upload.label is not None:
            self._labeller.label(row, self._labeller.spelled(photo.upload.label), photo.upload.split)
        return _result(photo, row, "stored")

    def _enter_known(self, photo: Examined, row: PhotoRow) -> IntakeResult:
        label = None if photo.upload.label is None else self._labeller.spelled(photo.upload.label)
        if label is None or label == row.label:
            return _result(photo, row, "duplicate")
        if row.label is None:
            self._labeller.label(row, label, photo.upload.split)
            return _result(photo, row, "labelled")
        reason = f"It is photo {row.id}, which keeps its label {row.label!r}. Received: the label {label!r}."
        return _result(photo, row, "duplicate", "label_conflict", reason)

    def _row(self, photo: Examined) -> PhotoRow:
        return PhotoRow(
            task=self._task,
            sha256=photo.sha256,
            pixel_sha256=photo.pixel_sha256,
            dhash=photo.look.dhash,
            colours=photo.look.colours,
            width=photo.width,
            height=photo.height,
            size_bytes=len(photo.upload.data),
            format=photo.format,
            filename=clean_filename(photo.upload.filename),
            source=self._source,
            uploaded_at=self._now,
        )


def _result(
    photo: Examined, row: PhotoRow, outcome: Outcome, code: str | None = None, reason: str | None = None
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
    )
