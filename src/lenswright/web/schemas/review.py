"""What feedback and the review queue take and answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lenswright.dataset.review_queue import Kind
from lenswright.web.schemas.base import ALLOW_NEW_LABEL, OWN_TASK, Answer
from lenswright.web.schemas.dataset import PhotoEntry
from lenswright.web.schemas.paging import PageAnswer, TaskPageQuery


class FeedbackBody(BaseModel):
    """The truth about a prediction whose photo was kept; else send the photo along, as a form."""

    model_config = ConfigDict(extra="forbid")

    request_id: str = Field(max_length=100, description="as /predict answered it")
    label: str = Field(max_length=1000, description="what the photo shows")
    task: str | None = None
    allow_new_label: bool = ALLOW_NEW_LABEL


class FeedbackAnswer(Answer):
    review: int
    photo_id: int | None
    kept: bool = Field(description="whether the photo is in the data set, or waits to be")
    right: bool | None = Field(description="whether the prediction was; null if it is not known")
    waits: bool = Field(description="whether a person has to decide, in the review queue")
    hint: str | None = Field(description="how to send the photo, where it was not kept")


class ReviewQuery(TaskPageQuery):
    kind: Kind | None = Field(None, description="only items of this kind")


class ReviewItemEntry(Answer):
    """One thing to decide; `given` is the label the photo has, `suggested` the one somebody named."""

    id: str
    kind: Kind
    photo: PhotoEntry
    predicted_class: str | None
    confidence: float | None
    given: str | None
    suggested: str | None
    score: float = Field(ge=0, le=1)
    created_at: str


class ReviewAnswer(PageAnswer):
    items: list[ReviewItemEntry]


class DecisionBody(BaseModel):
    """Exactly one of `label`, `drop` and `confirm`."""

    model_config = ConfigDict(extra="forbid")

    label: str | None = Field(None, max_length=1000, description="accept the photo with this label")
    drop: bool = Field(False, description="put the photo into the bin")
    confirm: bool = Field(False, description="the label that the photo has is right")
    allow_new_label: bool = ALLOW_NEW_LABEL
    task: str | None = OWN_TASK


class DecidedAnswer(Answer):
    id: str
    photo_id: int
    decision: Literal["accepted", "dropped"]
    edit: int | None = Field(description="the edit that can be undone; null if nothing changed")
