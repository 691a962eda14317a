"""A file on its way into the data set, and what became of it."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from lenswright.errors import LenswrightError

LONGEST_FILENAME = 255


Lack = Literal["not_in_list", "empty_in_list"]  # the list does not name the file, or names it without a label


@dataclass(frozen=True)
class Upload:
    """One file somebody sent. `split` is `train`, `validation` or `test` if they chose it.

    `refusal`: why the file cannot be had at all, such as a damaged member of a zip. `source`: where it
    comes from, if not from where all the others do. `lack`: why it has no label although there is a list.
    """

    filename: str
    data: bytes
    label: str | None = None
    split: str | None = None
    refusal: LenswrightError | None = None
    source: str | None = None
    lack: Lack | None = None


Outcome = Literal["stored", "labelled", "duplicate", "refused", "restored"]


@dataclass(frozen=True)
class IntakeResult:
    """What became of one file.

    `stored`: it is new. `labelled`: it was there without a label and has one now. `duplicate`: it was
    there; `id`, `path`, `label` and `split` are those of the photo that is there, as is
    `duplicate_of`; code `label_conflict` if it has another label, which it keeps. `restored`: it lay in
    the bin, and is there again. `refused`: `code` and `reason` say why. `batch`: the edit that says so.
    """

    filename: str
    outcome: Outcome
    id: int | None = None
    path: str | None = None
    label: str | None = None
    split: str | None = None
    duplicate_of: int | None = None
    code: str | None = None
    reason: str | None = None
    batch: int | None = None


def refused(filename: str, error: LenswrightError) -> IntakeResult:
    """Return the result of a file that `error` keeps out."""
    return IntakeResult(clean_filename(filename), "refused", code=error.code, reason=printing(str(error)))


def clean_filename(filename: str) -> str:
    """Return `filename` as it can be kept and shown: printing characters, at most the last 255."""
    return printing(filename)[-LONGEST_FILENAME:]


def printing(text: str) -> str:
    """Return `text` with a sign in place of every character that does not print."""
    if text.isprintable():  # nearly always: character by character takes a tenth of an import
        return text
    return "".join(
        char if unicodedata.category(char)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
