"""Edits and their entries in words: an edit's JSON in, text out. No callbacks."""

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json

ACTIONS = {
    "upload": "Upload",
    "import": "Import",
    "predicted": "Kept after predicting",
    "feedback": "Feedback",
    "relabel": "Label changed",
    "label": "Label changed",
    "delete": "Deleted",
    "restore": "Restored",
    "confirm": "Label confirmed",
    "forget": "Forgotten",
    "regroup": "Near-duplicates joined",
    "fuse": "Built from other tasks",
    "review": "Reviewed",
    "undo": "Taken back",
    "empty_bin": "Bin emptied",
}
OUTCOMES = {
    "stored": "stored",
    "labelled": "given a label",
    "duplicate": "already there",
    "refused": "refused",
    "restored": "back from the bin",
    "relabelled": "relabelled",
    "deleted": "in the bin",
    "confirmed": "confirmed",
    "forgotten": "forgotten",
    "regrouped": "regrouped",
}
FINAL = ("forget", "empty_bin")  # what nobody can take back


def title_of(edit: Json) -> str:
    """Return what kind of edit it was; `Taken back (edit 7)` names what an undo undid."""
    words = ACTIONS.get(edit.get("action", ""), str(edit.get("action", "")).replace("_", " ").capitalize())
    return f"{words} (edit {edit['undoes']})" if edit.get("undoes") else words


def counts_words(edit: Json) -> str:
    """Return `31 stored · 2 already there`."""
    counts = edit.get("counts") or {}
    parts = [f"{formats.count(n)} {OUTCOMES.get(outcome, outcome)}" for outcome, n in counts.items() if n]
    return " · ".join(parts) or "nothing changed"


def entry_words(entry: Json, otherwise: str = "") -> str:
    """Return `cat → dog`, `stored as cat`, `in the bin`; `otherwise` where the entry says nothing."""
    outcome, before, after = entry.get("outcome"), entry.get("label_before"), entry.get("label_after")
    if outcome in ("relabelled", "labelled", "restored") and before != after:
        return f"{before or 'no label'} → {after or 'no label'}"
    if outcome == "stored":
        return f"stored as {after}" if after else "stored without a label"
    return OUTCOMES.get(outcome or "", outcome or otherwise)


def undoable(edit: Json) -> bool:
    """Return whether the edit may still be taken back."""
    changed = {k for k, n in (edit.get("counts") or {}).items() if n} - {"duplicate", "refused"}
    open_still = edit.get("ended_at") is not None and not edit.get("undone_by")
    return open_still and bool(changed) and edit.get("action") not in FINAL
