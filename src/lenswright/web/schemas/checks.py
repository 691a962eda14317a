"""What the endpoints of the data check take and answer."""

from pydantic import Field

from lenswright.web.schemas.base import Answer
from lenswright.web.schemas.dataset import PhotoEntry
from lenswright.web.schemas.paging import PageAnswer, TaskPageQuery
from lenswright.web.schemas.training import body_of

CheckBody = body_of("CheckBody", "check")


class DuplicatesQuery(TaskPageQuery):
    conflicting: bool = Field(False, description="only groups with several labels")


class LabelSuggestion(Answer):
    photo: PhotoEntry
    given: str
    suggested: str
    self_confidence: float = Field(description="what models that never saw the photo give its label")
    confidence: float = Field(description="what they give the suggested label")
    score: float = Field(description="0..1, the highest is the most doubtful")


class SuggestionsAnswer(PageAnswer):
    suggestions: list[LabelSuggestion]
    checked_at: str | None = Field(description="when the last check ended; null if there was none")
    run_id: int | None


class DuplicateGroupEntry(Answer):
    group: int
    count: int
    photos: list[PhotoEntry] = Field(description="the 24 oldest")
    straddles: bool = Field(description="photos of different splits look alike: never, unless forced")
    labels: list[str]


class DuplicatesAnswer(PageAnswer):
    groups: list[DuplicateGroupEntry]


class ConflictEntry(Answer):
    photo: PhotoEntry
    other_label: str
    filename: str | None
    batch: int
    at: str


class ConflictsAnswer(PageAnswer):
    conflicts: list[ConflictEntry]


class CurveEntry(Answer):
    photos: int
    accuracy: float


class ClassAdvice(Answer):
    label: str
    photos: int
    recall: float
    gain: float = Field(description="how much the recall rose from half of all photos to all, smoothed")


class PairAdvice(Answer):
    truth: str
    predicted: str
    count: int


class AdviceAnswer(Answer):
    checked_at: str
    run_id: int
    curve: list[CurveEntry]
    classes: list[ClassAdvice]
    pairs: list[PairAdvice]
    words: list[str]
