"""What the folders of a zip, a list of labels in it, or the names of its files say of each photo."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lenswright.dataset.label_table import LabelTable
from lenswright.dataset.upload import Lack

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
FLAT = re.compile(r"(?P<label>[^.]*[^\W\d][^.]*)\.\d+\.\w+")  # cat.123.jpg
FEW_WORDS = 3  # in the names of a few files they need not come back
EVERY = 10  # one of ten training photos stands in for a split that the zip lacks


Layout = Literal["csv", "folders", "flat", "none"]


@dataclass(frozen=True)
class Placement:
    """The label, the split and the source a photo came with, each None if it came without.

    `lack`: why it has no label although there is a list.
    """

    label: str | None
    split: str | None
    source: str | None = None
    lack: Lack | None = None


def decide(paths: Sequence[Sequence[str]], table: LabelTable | None) -> Layout:
    """Return what says the labels of the files with these folders and names.

    A list that knows one of them wins; then several class folders. Names count if at least half of them
    are like `cat.123.jpg`, with at least two words in that place and more of them than class folders:
    one word may be a camera's, as in `photo.1.jpg`. In one class folder they must come back, too: many words
    of one file each number the files of that class, as in `cat/17-a.1.jpg`.
    """
    if table is not None and any(table.find(parts) for parts in paths):
        return "csv"
    folders = {label for parts in paths if (label := _by_folder(parts[:-1]).label)}
    flat = [label for parts in paths if (label := flat_label(parts[-1]))]
    words = len(set(flat))
    come_back = not folders or words <= max(FEW_WORDS, len(flat) // 2)
    if len(folders) <= 1 < words and 2 * len(flat) >= len(paths) and come_back:
        return "flat"
    return "folders" if folders else "none"


def place_all(paths: Sequence[Sequence[str]], table: LabelTable | None, layout: Layout) -> list[Placement]:
    """Return what is known of the files with these folders and names, with splits to work with."""
    if layout == "flat":
        return settle_splits(
            [Placement(flat_label(parts[-1]), _by_folder(parts[:-1]).split) for parts in paths]
        )
    return settle_splits([place(parts, table) for parts in paths])


def flat_label(name: str) -> str | None:
    """Return `cat` of `cat.123.jpg`, None for a name of another form."""
    found = FLAT.fullmatch(name)
    return found["label"] if found else None


def place(parts: Sequence[str], table: LabelTable | None) -> Placement:
    """Return what is known of the file with these folders and name; the list wins over the folders.

    The last folder is the label, `train`, `val` or `test` above it the split.
    """
    by_folder = _by_folder(parts[:-1])
    entry = table.find(parts) if table else None
    if entry is None:
        is_bare = table is not None and by_folder.label is None
        return replace(by_folder, lack="not_in_list") if is_bare else by_folder
    listed_split = SPLIT_NAMES.get((entry.split or "").casefold())
    lack: Lack | None = None if entry.label else "empty_in_list"
    return Placement(entry.label, listed_split or by_folder.split, entry.source, lack)


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
