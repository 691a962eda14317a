"""What making a task of others takes and answers."""

from pydantic import BaseModel, ConfigDict, Field

from lenswright.dataset.held_out import MOST_SHARE
from lenswright.web.schemas.base import Answer

MOST_SOURCES = 100
LARGEST_SEED = 2**62


class FusionSourceBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    task: str = Field(min_length=1, max_length=100)
    map: dict[str, str | None] = Field(
        {"*": "*"},
        description="what each label becomes; `*` as a key: every other label; `*` as a value: its own name;"
        " null, or a label that is not named: left out",
    )


class FuseBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    task: str | None = Field(None, max_length=100, description="the task that the photos go to: a slug")
    sources: list[FusionSourceBody] = Field(min_length=1, max_length=MOST_SOURCES)
    hold_out: float | None = Field(
        None,
        ge=0,
        le=MOST_SHARE,
        allow_inf_nan=False,
        description="this share of the labels that became one class is kept for the test, whole, and half as"
        " many for validation, if there are three or more; 0: split photo by photo. Left out: as when the"
        " task was made, else 0; another value than then is refused",
    )
    seed: int | None = Field(
        None, ge=-LARGEST_SEED, le=LARGEST_SEED, description="which labels are held out; as `hold_out`"
    )


class FuseAnswer(Answer):
    edit: int
    task: str
    stored: int
    restored: int
    labelled: int
    duplicates: int
    conflicts: int
    classes: dict[str, int]
    splits: dict[str, int]
    held_out: dict[str, list[str]]
