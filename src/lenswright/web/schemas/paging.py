"""Which part of a long list is asked for, and what every such part says of itself."""

from pydantic import BaseModel, Field

from lenswright.dataset.paging import Page
from lenswright.web.schemas.base import Answer, OwnTaskQuery, TaskQuery


class PageQuery(BaseModel):
    """`?page=&page_size=`; the first 50 if absent."""

    page: int = Field(1, ge=1, le=1_000_000_000)
    page_size: int = Field(50, ge=1, le=500)

    @property
    def wanted(self) -> Page:
        return Page(self.page, self.page_size)


class TaskPageQuery(TaskQuery, PageQuery):
    """A part of a list of a task."""


class OwnPageQuery(OwnTaskQuery, PageQuery):
    """A part of what one thing has, which may be held against the task that it should belong to."""


class PageAnswer(Answer):
    page: int
    page_size: int
    total: int
