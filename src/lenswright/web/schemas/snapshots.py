"""What the endpoints of frozen data sets take and answer."""

from typing import Literal

from pydantic import Field

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.paging import PageAnswer


class SnapshotAnswer(Answer):
    """A frozen data set, the runs that learnt from it, and the models they made."""

    id: int
    task: str
    data_hash: str
    created_at: str
    photos: int
    runs: list[int]
    versions: list[str]


class SnapshotsAnswer(PageAnswer):
    snapshots: list[SnapshotAnswer]


class FrozenPhotoEntry(Answer):
    """A photo as it was then, and what its label is now."""

    photo_id: int
    label: str
    split: Literal["train", "validation", "test"]
    label_now: str | None
    gone: bool = Field(description="it lies in the bin or was forgotten")


class SnapshotPhotosAnswer(Answer):
    id: int
    task: str
    data_hash: str
    created_at: str
    total: int = Field(description="how many photos it has")
    runs: list[int]
    versions: list[str]
    page: int
    page_size: int
    photos: list[FrozenPhotoEntry]
