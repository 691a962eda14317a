"""What the folders of a zip, or a list of labels in it, say of each photo."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lenswright.dataset.label_table import LabelTable

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
EVERY = 10  # one of ten training photos stands in for a split that the zip lacks


@dataclass(frozen=True)
class Placement:
    """The label and the split a photo came with, each None if it came without."""

    label: str | None
    split: str | None


def place(parts: Sequence[str], table: LabelTable | None) -> Placement:
    """Return what is known of the file with these folders and name; the list wins over the folders.

    The last folder is the label, `train`, `val` or `test` above it the split.
    """
    by_folder = _by_folder(parts[:-1])
    entry = table.find(parts) if table else None
    if entry is None:
        return by_folder
    listed_split = SPLIT_NAMES.get((entry.split or "").casefold())
    return Placement(entry.label, listed_split or by_folder.split)


def settle_splits(placements: Sequence[Placement]) -> list[Placement]:
    """Return the placements with splits that can be worked with.

    Where a zip has a training part but no test or no validation part, every tenth training photo of
    a class fills the gap; where it has a training part only, the platform splits by itself.
    """
    found = {placement.split for placement in placements if placement.label and placement.split}
    missing = [split for split in ("test", "validation") if split not in found]
    if "train" not in found or not missing:
        return list(placements)
    if len(missing) == 2:
        return [replace(placement, split=None) for placement in placements]
    return _fill_gap(placements, missing[0])


def _fill_gap(placements: Sequence[Placement], gap: str) -> list[Placement]:
    seen: Counter[str | None] = Counter()
    settled = []
    for placement in placements:
        if placement.split == "train":
            seen[placement.label] += 1
            fills = seen[placement.label] % EVERY == 2  # the second: two photos already fill both splits
            settled.append(replace(placement, split=gap) if fills else placement)
        else:
            settled.append(placement)
    return settled


def _by_folder(folders: Sequence[str]) -> Placement:
    splits = [SPLIT_NAMES[name.casefold()] for name in folders if name.casefold() in SPLIT_NAMES]
    if not folders:
        return Placement(None, None)
    above = folders[:-1]
    if folders[-1].casefold() in SPLIT_NAMES and not any(name.casefold() in SPLIT_NAMES for name in above):
        return Placement(None, splits[0])  # `test/1.jpg`: a split without classes
    return Placement(folders[-1], splits[0] if splits else None)
