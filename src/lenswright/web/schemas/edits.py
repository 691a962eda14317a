"""What the endpoints that change photos take and answer, and what was changed when and by whom."""

from pydantic import BaseModel, ConfigDict, Field

from lenswright.web.schemas.base import ALLOW_NEW_LABEL, OWN_TASK, Answer
from lenswright.web.schemas.batches import EditAnswer, EditEntryAnswer
from lenswright.web.schemas.dataset import PhotoEntry
from lenswright.web.schemas.paging import PageAnswer, TaskPageQuery


class PhotosBody(Answer):
    photos: list[int] = Field(min_length=1, max_length=10_000, description="ids of photos of the task")
    task: str = Field("", description="the task; default: the default task of the service")


class LabelBody(PhotosBody):
    label: str | None = Field(description="null takes the label away; the split stays")
    expected: str | None = Field(
        None,
        description="the label that all of them should have now, null for none; if one has another,"
        " nothing is changed. Leave it out to label whatever they have",
    )
    allow_new_label: bool = ALLOW_NEW_LABEL


class ChangeAnswer(Answer):
    edit: int | None = Field(description="what to undo; null if there was nothing to change")
    changed: int


class ForgetBody(PhotosBody):
    everywhere: bool = Field(
        False, description="forget the same pictures in all other places, too: other tasks, copies, the bin"
    )


class CopyEntry(Answer):
    task: str
    photo_id: int


class TaskEditEntry(Answer):
    task: str
    edit: int
    changed: int


class ForgottenAnswer(Answer):
    edit: int = Field(description="that of the task that was asked for; it cannot be undone")
    changed: int = Field(description="how many photos were forgotten, of all tasks together")
    edits: list[TaskEditEntry] = Field(description="one of each task; several only with `everywhere`")
    kept_for: list[CopyEntry] = Field(
        description="other photos that are the same picture, at most 100: as long as they are there, so are"
        " the bytes"
    )
    models: list[str] = Field(description="the versions that have seen at least one of the photos")


class Skipped(Answer):
    photo_id: int
    reason: str


class UndoBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str | None = OWN_TASK


class Undid(Answer):
    """The edit that was taken back."""

    id: int
    action: str


class UndoAnswer(ChangeAnswer):
    task: str
    undid: Undid
    skipped: list[Skipped] = Field(
        description="photos that changed since, or came again with a later batch; at most 1,000"
    )
    skipped_count: int


class EditsQuery(TaskPageQuery):
    photo: int | None = Field(None, ge=1, le=2**62, description="only those that did something to this photo")


class EditsAnswer(PageAnswer):
    edits: list[EditAnswer]


class PhotoEvent(Answer):
    """One edit, and what it did to the photo."""

    id: int
    action: str
    by: str
    at: str
    source: str | None
    undoes: int | None
    undone_by: int | None
    entry: EditEntryAnswer


class PhotoSighting(Answer):
    """A model that saw the photo, with the label and in the split that it had then."""

    version: str
    run_id: int
    snapshot: int
    split: str
    label: str
    at: str


class PhotoDetails(PhotoEntry):
    task: str
    group_photos: list[PhotoEntry] = Field(description="present photos that look alike, at most 100")
    edits: list[PhotoEvent] = Field(description="what was done to it, newest first, at most 100")
    models: list[PhotoSighting] = Field(description="the models that saw it, newest first")
