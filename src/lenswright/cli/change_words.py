"""What is said of a change to the data set, and how to undo it. Pure functions on the API's JSON."""

from lenswright.cli.client import Json

FIRST_SKIPPED = 10
NOTHING = {  # why a change may find nothing to change, where the API names no photo
    "label": "they have that label already",
    "delete": "they are in the bin already",
    "restore": "they are not in the bin",
    "confirm": "their labels are confirmed already, or they have none",
}


def photos_changed(done: Json, what: str) -> str:
    """Return what `what` (label, delete, ...) did to photos."""
    changed = done["changed"]
    why = "" if changed or done.get("skipped") else f": {NOTHING[what]}"
    said = f"{number(changed)} changed{why}.{undo_it(done.get('edit'))}"
    return "\n".join([said, *skipped(done)])


def undone(done: Json) -> str:
    """Return what an undo did, to what, and what it left alone."""
    undid = done.get("undid") or {}
    what = f" by undoing {undid['action']} {undid['id']}" if undid else ""
    where = f" in the task {done['task']}" if done.get("task") else ""
    said = f"{done['changed']:,} changed{what}{where}.{undo_it(done.get('edit'))}"
    return "\n".join([said, *skipped(done)])


def skipped(done: Json) -> list[str]:
    """Return why photos were left alone, a line each for the first ten."""
    rows = done.get("skipped") or []
    more = done.get("skipped_count", len(rows)) - len(rows[:FIRST_SKIPPED])
    lines = [f"  photo {row['photo_id']} stays as it is: {row['reason']}" for row in rows[:FIRST_SKIPPED]]
    return [*lines, *([f"  and {more:,} more"] if more > 0 else [])]


def batch(batch_id: int | None, changed: int) -> list[str]:
    """Return how to undo a batch that changed something, or how to read what became of its files."""
    if not batch_id:
        return []
    if changed:
        return [f"Batch {batch_id}.{undo_it(batch_id)}"]
    return [f"Batch {batch_id} changed nothing. File by file: lenswright batches {batch_id}"]


def undo_it(edit: int | None) -> str:
    """Return ` Undo it: lenswright undo 7`, nothing without an edit."""
    return f" Undo it: lenswright undo {edit}" if edit else ""


def number(photos: int) -> str:
    """Return `1 photo`, `2 photos`."""
    return f"{photos:,} photo{'' if photos == 1 else 's'}"
