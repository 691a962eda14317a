"""Groups of near-duplicates that turn out to be one, merged so that no photo leaks from split to split.

The merged group has the lowest id. It keeps the split that measures most: where one of its photos is a
test photo, those of other splits become unused, and likewise with validation. Photos in the bin follow
the others, for one that is restored must not leak either.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.edits import begin_edit, end_edit, note, state_of
from lenswright.dataset.example import UNUSED
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow

FIRST_KEPT = ("test", "validation", "train")
AT_ONCE = 500  # ids in one query

Pair = tuple[int, int]


@dataclass(frozen=True)
class Regrouping:
    """What a merge did: its edit (None if there was nothing to merge), how many groups became how many,
    and how many photos became unused."""

    edit_id: int | None
    groups_before: int
    groups_after: int
    unused: int


def merge_groups(database: Database, task: str, pairs: Sequence[Pair], *, by: str, now: float) -> Regrouping:
    """Merge the groups of each pair of photos (ids), as one edit that can be undone.

    Groups that were merged before, which somebody has undone, stay apart.
    """
    with database.writing() as session:
        group_of = _groups(session, task, {photo for pair in pairs for photo in pair})
        linked = {(group_of[one], group_of[other]) for one, other in pairs if {one, other} <= group_of.keys()}
        undone = _undone(session, task)
        merged = _components(pair for pair in sorted(linked) if not _was_undone(undone, *pair))
        if not merged:
            return Regrouping(None, 0, 0, 0)
        edit = begin_edit(session, task, "regroup", by=by, now=now)
        unused = sum(_merge(session, task, edit.id, groups) for groups in merged)
        end_edit(session, edit.id, now)
        return Regrouping(edit.id, sum(map(len, merged)), len(merged), unused)


def _groups(session: Session, task: str, photos: set[int]) -> dict[int, int]:
    """Return the group of each photo by its id; without those that were forgotten."""
    query = select(PhotoRow.id, PhotoRow.group_id).where(
        PhotoRow.task == task, PhotoRow.forgotten_at.is_(None)
    )
    wanted = sorted(photos)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = query.where(PhotoRow.id.in_(wanted[start : start + AT_ONCE]))
        found |= {photo: photo if group is None else group for photo, group in session.execute(part)}
    return found


def _undone(session: Session, task: str) -> dict[int, set[int]]:
    """Return, by group, the groups that it was made part of until somebody undid that."""
    query = select(EditEntryRow.reason).join(EditRow, EditRow.id == EditEntryRow.edit_id)
    query = query.where(EditRow.task == task, EditRow.action == "regroup", EditRow.undone_by.is_not(None))
    undone: defaultdict[int, set[int]] = defaultdict(set)
    for reason in session.scalars(query):
        groups = json.loads(reason or "{}")
        undone[groups.get("group_before")].add(groups.get("group_after"))
    return undone


def _was_undone(undone: dict[int, set[int]], one: int, other: int) -> bool:
    """Return whether the two were part of one group before."""
    return not ({one} | undone.get(one, set())).isdisjoint({other} | undone.get(other, set()))


def _components(linked: Iterable[Pair]) -> list[list[int]]:
    """Return the sets of two and more groups that belong together, each sorted."""
    root: dict[int, int] = {}

    def find(group: int) -> int:
        while root.setdefault(group, group) != group:
            root[group] = root[root[group]]
            group = root[group]
        return group

    for one, other in linked:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    members: defaultdict[int, list[int]] = defaultdict(list)
    for group in sorted(root):
        members[find(group)].append(group)
    return [groups for groups in members.values() if len(groups) > 1]


def _merge(session: Session, task: str, edit_id: int, groups: Sequence[int]) -> int:
    """Make one group of `groups`; return how many photos became unused."""
    rows: list[PhotoRow] = []
    for start in range(0, len(groups), AT_ONCE):
        named = groups[start : start + AT_ONCE]
        alone = PhotoRow.group_id.is_(None) & PhotoRow.id.in_(named)
        query = select(PhotoRow).where(PhotoRow.task == task, PhotoRow.group_id.in_(named) | alone)
        rows += session.scalars(query.order_by(PhotoRow.id))
    splits = {row.split for row in rows if row.deleted_at is None} or {row.split for row in rows}
    kept = next((split for split in FIRST_KEPT if split in splits), None)
    unused = 0
    for row in rows:
        before, group_before = state_of(row), row.group_id
        leaks = row.split in FIRST_KEPT and row.split != kept
        row.group_id, row.split = groups[0], UNUSED if leaks else row.split
        unused += leaks
        if leaks or group_before != row.group_id:
            groups_text = json.dumps({"group_before": group_before, "group_after": row.group_id})
            note(session, edit_id, "regrouped", photo=row, before=before, reason=groups_text)
    return unused
