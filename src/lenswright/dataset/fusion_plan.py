"""A wish and what the tasks hold in, the plan of a fusion out: each label's new name, what is held out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lenswright.dataset.example import SPLITS
from lenswright.dataset.fusion_wish import FusionSource, FusionWish
from lenswright.dataset.held_out import Kind, hold_out
from lenswright.dataset.known_labels import known_labels
from lenswright.dataset.known_tasks import known_tasks
from lenswright.dataset.label_map import map_labels
from lenswright.dataset.labels import LONGEST_SOURCE, Spellings
from lenswright.errors import InputRefused, NotFound
from lenswright.storage.dataset_tables import PhotoRow


@dataclass(frozen=True)
class Fate:
    """What becomes of the photos of one label: its kind, and the split of all of them if it has one."""

    kind: Kind
    split: str | None


@dataclass(frozen=True)
class SourcePlan:
    """The fate of each label of the source `task` that is copied."""

    task: str
    fates: Mapping[str, Fate]


@dataclass(frozen=True)
class FusionPlan:
    """All sources in their order, and the names of the kinds that are tested with only, by class."""

    sources: tuple[SourcePlan, ...]
    held_out: dict[str, list[str]]


def plan_fusion(session: Session, wish: FusionWish) -> FusionPlan:
    """Return what is to be done. Raises NotFound, UnknownLabel and InputRefused, naming what there is."""
    wish.check()
    spelled = Spellings(known_labels(session, wish.task)).spelled
    maps = {source.task: map_labels(source, _labels_of(session, source), spelled) for source in wish.sources}
    if not any(maps.values()):
        raise InputRefused(
            "Expected labels that photos of the sources have. Received: a map that leaves all out."
        )
    kinds = _kinds(maps)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for kind in dict.fromkeys(kinds.values()):
        names[kind.label].append(kind.name)
    known = _known_splits(session, wish.task, kinds) if wish.hold_out else {}
    splits = hold_out(names, known, share=wish.hold_out or 0.0, seed=wish.seed or 0)
    sources = [
        SourcePlan(
            task, {label: Fate(kinds[task, label], splits.get(kinds[task, label])) for label in labels}
        )
        for task, labels in maps.items()
    ]
    return FusionPlan(tuple(sources), _tested_only(splits))


def source_name(task: str, label: str) -> str:
    """Return what a copied photo's `source` says: `dog-breeds/beagle`, at most 100 characters."""
    return f"{task}/{label}"[:LONGEST_SOURCE]


def _labels_of(session: Session, source: FusionSource) -> Sequence[str]:
    labels = known_labels(session, source.task)
    if not labels:
        raise NotFound("task with labelled photos", source.task, known=known_tasks(session))
    return labels


def _kinds(maps: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], Kind]:
    """Return the kind of each (task, label); a breed that two sources have is one kind."""
    spelled = Spellings(()).spelled
    return {
        (task, label): Kind(new, spelled(label))
        for task, labels in maps.items()
        for label, new in labels.items()
    }


def _known_splits(session: Session, task: str, kinds: Mapping[tuple[str, str], Kind]) -> dict[Kind, str]:
    """Return the split that most photos of a kind have that are there, also those in the bin."""
    kind_of = {source_name(*name): kind for name, kind in kinds.items()}
    query = select(PhotoRow.source, PhotoRow.split, func.count()).where(
        PhotoRow.task == task, PhotoRow.split.in_(SPLITS)
    )
    counts: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
    for source, split, count in session.execute(query.group_by(PhotoRow.source, PhotoRow.split)):
        if source in kind_of:
            counts[kind_of[source]][str(split)] += count
    return {kind: splits.most_common(1)[0][0] for kind, splits in counts.items()}


def _tested_only(splits: Mapping[Kind, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, split in sorted(splits.items()):
        if split == "test":
            found.setdefault(kind.label, []).append(kind.name)
    return found
