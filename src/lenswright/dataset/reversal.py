"""One entry of an edit taken back, if its photo still stands as the edit left it."""

import json
from dataclasses import dataclass

from lenswright.dataset.edits import LABEL_CONFLICT, State
from lenswright.dataset.labelling import WAS_CONFIRMED

REVERSIBLE = ("stored", "labelled", "restored", "relabelled", "deleted", "confirmed", "regrouped")
TAKEN_BACK = "taken_back"  # the code of an entry that says a label is not confirmed any more
_IN_BIN_AFTER = {"deleted": True, "regrouped": None}  # None: it may be either; the others: it is not


@dataclass(frozen=True)
class Done:
    """What an edit did to one photo; see EditEntryRow."""

    photo_id: int
    outcome: str
    label_before: str | None
    label_after: str | None
    split_before: str | None
    split_after: str | None
    code: str | None
    reason: str | None


@dataclass
class Standing:
    """How a photo stands, as far as an edit changes it: the columns of PhotoRow. `reverse` changes it."""

    id: int
    label: str | None
    split: str | None
    group_id: int | None
    labelled_at: float | None
    confirmed_at: float | None
    deleted_at: float | None
    forgotten_at: float | None

    @property
    def state(self) -> State:
        return State(self.label, self.split)


@dataclass(frozen=True)
class Reversed:
    """What taking an entry back did to its photo: how it stood before, and what is noted of it."""

    outcome: str
    before: State
    code: str | None = None
    reason: str | None = None


class ChangedSince(Exception):
    """The photo is not as the edit left it; the message says what is different."""


def reverse(entry: Done, row: Standing | None, edited_at: float, now: float) -> Reversed:
    """Take back what `entry` did to the photo `row`; return it as the undoing edit notes it.

    Raises ChangedSince.
    """
    if row is None or row.forgotten_at is not None:
        raise ChangedSince("it is forgotten")
    _check_unchanged(entry, row, edited_at)
    before = row.state
    if entry.outcome == "regrouped":
        return _regroup(entry, row, before)
    if entry.outcome == "confirmed":
        return _confirmation(entry, row, before, now)
    return _label_and_bin(entry, row, before, now)


def _check_unchanged(entry: Done, row: Standing, edited_at: float) -> None:
    in_bin = _IN_BIN_AFTER.get(entry.outcome, False)
    left = _left(entry)
    if in_bin is False and row.deleted_at is not None:
        raise ChangedSince("it is in the bin")
    if in_bin is True and row.deleted_at is None:
        raise ChangedSince("it is not in the bin any more")
    if row.label != left.label:
        raise ChangedSince(f"its label is {_named(row.label)} now, not {_named(left.label)}")
    if row.split != left.split:
        raise ChangedSince(f"its split is {row.split} now, not {left.split}")
    if entry.outcome != "confirmed" and (row.confirmed_at or 0.0) > edited_at:
        raise ChangedSince("its label was confirmed since")


def _left(entry: Done) -> State:
    """Return how the edit left the photo: a label that it came with and was not taken is not its own."""
    label = entry.label_before if entry.code == LABEL_CONFLICT else entry.label_after
    return State(label, entry.split_after)


def _label_and_bin(entry: Done, row: Standing, before: State, now: float) -> Reversed:
    code = None
    if entry.outcome != "stored":  # a label that it was stored with is its own, in the bin, too
        code = _set_back(entry, row, now)
    if entry.outcome in ("stored", "restored"):
        row.deleted_at = now
        return Reversed("deleted", before, code)
    if entry.outcome == "deleted":
        row.deleted_at = None
        return Reversed("restored", before, code)
    return Reversed("relabelled", before, code)


def _set_back(entry: Done, row: Standing, now: float) -> str | None:
    """Give a photo the label and split of before; return the code that says whether it was confirmed."""
    was_confirmed = row.confirmed_at is not None
    row.split = entry.split_before
    if row.label == entry.label_before:
        return None
    row.label, row.labelled_at = entry.label_before, now
    row.confirmed_at = now if entry.code == WAS_CONFIRMED else None
    return WAS_CONFIRMED if was_confirmed else None


def _confirmation(entry: Done, row: Standing, before: State, now: float) -> Reversed:
    if entry.code == TAKEN_BACK:
        row.confirmed_at = now
        return Reversed("confirmed", before)
    if row.confirmed_at is None:
        raise ChangedSince("its label is not confirmed any more")
    if entry.code == WAS_CONFIRMED:
        raise ChangedSince("its label had been confirmed before as well")
    row.confirmed_at = None
    return Reversed("confirmed", before, TAKEN_BACK)


def _regroup(entry: Done, row: Standing, before: State) -> Reversed:
    groups = json.loads(entry.reason or "{}")
    earlier, later = groups["group_before"], groups["group_after"]
    if row.group_id != later:
        raise ChangedSince(f"its group is {row.group_id} now, not {later}")
    row.group_id, row.split = earlier, entry.split_before
    reason = json.dumps({"group_before": later, "group_after": earlier})
    return Reversed("regrouped", before, reason=reason)


def _named(label: str | None) -> str:
    return "none" if label is None else repr(label)
