"""What all documented answers share; a test holds every real answer against its model."""

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A JSON object with exactly these members."""

    model_config = ConfigDict(extra="forbid")


class TaskQuery(BaseModel):
    """`?task=`; the default task of the service if absent."""

    task: str = Field("", max_length=100, description="the task; default: the default task of the service")


ALLOW_NEW_LABEL = Field(False, description="accept a label that the task does not know yet")
OWN_TASK = Field(None, max_length=100, description="404 if it belongs to another task; default: any task")


class OwnTaskQuery(BaseModel):
    """`?task=`, where what is asked for has one of its own."""

    task: str | None = OWN_TASK


class Problem(BaseModel):
    """An error as RFC 9457 says; `code` is stable, `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
