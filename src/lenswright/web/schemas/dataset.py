"""What the endpoints of photos and labels take and answer."""

from typing import Literal

from pydantic import Field

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.paging import PageAnswer, TaskPageQuery

SplitName = Literal["train", "validation", "test", "unused"]
ProblemCode = Literal["blurred", "dark", "bright", "tiny", "odd_shape"]


class DatasetCounts(Answer):
    total: int
    labelled: int
    classes: int


class UploadedFile(Answer):
    filename: str
    outcome: Literal["stored", "labelled", "duplicate", "refused", "restored"]
    id: int | None
    path: str | None
    label: str | None
    split: SplitName | None
    duplicate_of: int | None
    code: str | None
    reason: str | None
    batch: int


class UploadAnswer(Answer):
    task: str
    batch: int = Field(description="the edit that tells what became of each file: /dataset/batches/{id}")
    stored: int = Field(description="new photos, and those that got their label")
    restored: int = Field(description="photos that lay in the bin and are back")
    duplicates: int
    refused: int
    results: list[UploadedFile]
    dataset: DatasetCounts


class ClassCounts(Answer):
    label: str
    train: int
    validation: int
    test: int
    unused: int
    total: int


class DatasetProblem(Answer):
    code: str
    message: str


class DataDifference(Answer):
    """Labelled photos of the three splits: new ones, those with another label, those that are gone."""

    new: int
    relabelled: int
    removed: int


class DatasetAnswer(Answer):
    task: str
    tasks: list[str]
    total: int
    labelled: int
    unlabelled: int
    classes: list[ClassCounts]
    splits: dict[str, int]
    sources: dict[str, int]
    size_bytes: int
    problems: list[DatasetProblem]
    to_review: int = Field(description="how many items wait in the review queue")
    since_champion: DataDifference | None = Field(
        description="against what the champion learnt from; null where that is not known"
    )


class ImagesQuery(TaskPageQuery):
    label: str | None = Field(None, max_length=100, description="only photos of this class")
    split: SplitName | None = Field(None, description="only photos of this split")
    source: str | None = Field(None, max_length=100, description="only photos from there")
    batch: int | None = Field(None, ge=1, le=2**62, description="only photos that this upload brought")
    problem: ProblemCode | None = Field(None, description="only photos with this flaw")
    unlabelled: bool = Field(False, description="only photos without a label")
    bin: bool = Field(False, description="the photos in the bin instead of those that are present")
    q: str | None = Field(None, max_length=255, description="only photos with this in the file name")
    order: Literal["newest", "oldest", "sharpness", "brightness", "size"] = Field(
        "newest", description="of sharpness, brightness and size the least comes first"
    )


class PhotoEntry(Answer):
    id: int
    path: str
    filename: str
    label: str | None
    split: SplitName | None
    width: int
    height: int
    size_bytes: int
    source: str
    uploaded_at: str
    batch: int | None = Field(description="the upload that brought it")
    group: int | None = Field(description="its group of photos that look alike")
    problems: list[ProblemCode]
    confirmed: bool = Field(description="a person said that its label is right")
    deleted_at: str | None = Field(description="since when it has been in the bin")
    url: str
    thumbnail_url: str


class ImagesAnswer(PageAnswer):
    photos: list[PhotoEntry]


class HistogramAnswer(Answer):
    edges: list[float] = Field(description="one more than `counts`; none where nothing was measured")
    counts: list[int]


class ClassSize(Answer):
    label: str
    count: int


class DistributionAnswer(Answer):
    brightness: HistogramAnswer
    sharpness: HistogramAnswer
    width: HistogramAnswer
    height: HistogramAnswer
    aspect: HistogramAnswer = Field(description="width by height")
    size_bytes: HistogramAnswer
    per_class: list[ClassSize] = Field(description="the largest class first")
    formats: dict[str, int]
    problems: dict[ProblemCode, int]
    unmeasured: int = Field(description="photos of older versions, of which brightness is not known")
