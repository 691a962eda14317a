"""The tables of the data set: photos, what people did to them, what runs saw, what is to be looked at."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lenswright.storage.base import Table


class PhotoRow(Table):
    """One photo of one task. `split` is NULL while unlabelled.

    `dhash` is 64 bits, as signed, and `colours` 6 x 6 RGB: what near-duplicates share. `brightness` and
    `sharpness` are NULL for photos of older versions. `confirmed_at`: a person said its label is right.
    `deleted_at`: it lies in the bin. `forgotten_at`: nothing is left of it but its number and label.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("task", "pixel_sha256"),
        Index(None, "task", "sha256"),
        Index(None, "task", "deleted_at", "label", "split"),
        Index(None, "task", "group_id"),
        Index(None, "task", "forgotten_at"),
        Index(None, "task", "deleted_at", "id"),
        Index(None, "edit_id"),
        Index(None, "sha256"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    label: Mapped[str | None] = mapped_column(String(100))
    split: Mapped[str | None] = mapped_column(String(10))
    group_id: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    pixel_sha256: Mapped[str] = mapped_column(String(64))
    dhash: Mapped[int] = mapped_column(BigInteger)
    colours: Mapped[bytes | None] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    format: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(100))
    uploaded_at: Mapped[float]
    labelled_at: Mapped[float | None]
    edit_id: Mapped[int | None]
    brightness: Mapped[float | None]
    sharpness: Mapped[float | None]
    confirmed_at: Mapped[float | None]
    deleted_at: Mapped[float | None]
    forgotten_at: Mapped[float | None]


class EditRow(Table):
    """One change to the data set by one person: an upload, a relabelling, a deletion, an undo...

    `ended_at` is NULL while it goes on, as an import may. `detail` is JSON. `undoes`, `undone_by`: edits.
    """

    __tablename__ = "edits"
    __table_args__ = (Index(None, "task", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[float]
    ended_at: Mapped[float | None]
    source: Mapped[str | None] = mapped_column(String(100))
    detail: Mapped[str] = mapped_column(Text)
    undoes: Mapped[int | None]
    undone_by: Mapped[int | None]


class EditEntryRow(Table):
    """What an edit did to one file or photo, with its label and split before and after.

    For a refused file `photo_id` is NULL; `code` and `reason` say why. For a duplicate whose other label
    was not taken, `label_after` is the label it came with and `code` is `label_conflict`.
    """

    __tablename__ = "edit_entries"
    __table_args__ = (Index(None, "edit_id", "id"), Index(None, "photo_id"), Index(None, "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    edit_id: Mapped[int] = mapped_column(ForeignKey("edits.id"))
    photo_id: Mapped[int | None]
    filename: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(12))
    label_before: Mapped[str | None] = mapped_column(String(100))
    label_after: Mapped[str | None] = mapped_column(String(100))
    split_before: Mapped[str | None] = mapped_column(String(10))
    split_after: Mapped[str | None] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(50))
    reason: Mapped[str | None] = mapped_column(Text)


class SnapshotRow(Table):
    """A frozen data set: runs that saw the same photos, labels and splits share one.

    Of one `data_hash` there are several where a picture was forgotten and came again as another photo.
    """

    __tablename__ = "snapshots"
    __table_args__ = (Index(None, "task", "data_hash"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    data_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[float]
    photos: Mapped[int]


class SnapshotPhotoRow(Table):
    """One photo of a snapshot as it was then; without row ids it takes half the space."""

    __tablename__ = "snapshot_photos"
    __table_args__ = (Index(None, "photo_id"), {"sqlite_with_rowid": False})

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    photo_id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    split: Mapped[str] = mapped_column(String(10))


class SuggestionRow(Table):
    """A label that the last check of the data thinks wrong; a later check replaces all of its task.

    `given` was the label then, `self_confidence` 0..1 what cross-validation gives it, `confidence` what
    it gives to `suggested`; the highest `score` is the most doubtful.
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        Index(None, "task", "score"),
        Index(None, "photo_id"),
        {"sqlite_autoincrement": True},  # a number of an earlier check decides nothing of a later one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    photo_id: Mapped[int]
    run_id: Mapped[int | None]
    at: Mapped[float]
    given: Mapped[str] = mapped_column(String(100))
    suggested: Mapped[str] = mapped_column(String(100))
    self_confidence: Mapped[float]
    confidence: Mapped[float]
    score: Mapped[float]


class ReviewRow(Table):
    """A photo that somebody should look at: an unsure or unknown prediction, or a correction.

    `kind`: feedback, unsure or unknown; `kept` if nobody is asked about it. `suggested`: the label that a
    correction named. `uncertainty` and `novelty` are 0..1. `decision`: accepted, dropped, or noted where
    there is no photo; NULL while it waits.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index(None, "task", "decided_at"),
        Index(None, "decided_at", "kind"),
        Index(None, "version"),
        Index(None, "request_id"),
        Index(None, "photo_id"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(12))
    photo_id: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(100))
    version: Mapped[str | None] = mapped_column(String(100))
    predicted_class: Mapped[str | None] = mapped_column(String(100))
    confidence: Mapped[float | None]
    suggested: Mapped[str | None] = mapped_column(String(100))
    uncertainty: Mapped[float]
    novelty: Mapped[float]
    created_at: Mapped[float]
    by: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[float | None]
    decision: Mapped[str | None] = mapped_column(String(12))
