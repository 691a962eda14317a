"""How a folder says what its photos show: by class folders, by a list, or by file names; and what it says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from lenswright.dataset.label_table import LabelTable, parse_label_table
from lenswright.dataset.layout import Placement, place, settle_splits
from lenswright.dataset.photo_source import PhotoSource, shortest_first
from lenswright.dataset.zip_safety import member_parts
from lenswright.errors import ArchiveRefused, ImageError, InputRefused

Layout = Literal["folders", "csv", "flat", "none"]
LAYOUTS = get_args(Layout)
LABELS_LIST = "labels.csv"
FLAT = re.compile(r"(?P<label>.*[^\W\d].*?)[._-]\d+\.\w+")


@dataclass(frozen=True)
class Plan:
    """`placements` are those of the source's names, in their order; `list_name` is the CSV that is read."""

    layout: Layout
    placements: Sequence[Placement]
    list_name: str | None = None


def plan(source: PhotoSource, wanted: str) -> Plan:
    """Return what `source` says of its photos, read as `wanted`: auto, folders, csv, flat or none.

    Raises InputRefused for a layout it has not, ArchiveRefused for a list that cannot be read.
    """
    paths = [member_parts(name) for name in source.names]
    list_name, table = _label_table(source) if wanted in ("auto", "csv") else (None, None)
    if wanted == "csv" and table is None:
        raise InputRefused(
            f"Expected a CSV with a column of files and one of labels. Received: {len(source.lists)} CSVs,"
            " none of which has them."
        )
    layout = _decided(paths, table) if wanted == "auto" else wanted
    if layout not in LAYOUTS:
        raise InputRefused(f"Expected a layout of auto, {', '.join(LAYOUTS)}. Received: {wanted!r}.")
    placements = settle_splits([_placed(parts, layout, table) for parts in paths])
    return Plan(layout, placements, list_name if layout == "csv" else None)  # type: ignore[arg-type]


def _placed(parts: Sequence[str], layout: str, table: LabelTable | None) -> Placement:
    if layout == "none":
        return Placement(None, None)
    by_folder = place(parts, table if layout == "csv" else None)
    if layout == "flat":
        return Placement(_flat_label(parts[-1]), by_folder.split)
    return by_folder


def _decided(paths: Sequence[Sequence[str]], table: LabelTable | None) -> Layout:
    """A list that knows a photo wins; then several class folders; then names of most photos."""
    if table is not None and any(table.find(parts) for parts in paths):
        return "csv"
    folders = {label for parts in paths if (label := place(parts, None).label)}
    if len(folders) > 1:
        return "folders"
    flat = [label for parts in paths if (label := _flat_label(parts[-1]))]
    if 2 * len(flat) >= len(paths) and len(set(flat)) > len(folders):
        return "flat"
    return "folders" if folders else "none"


def _label_table(source: PhotoSource) -> tuple[str | None, LabelTable | None]:
    """Return the first list that names files and labels; `labels.csv` is looked at first, then the top."""
    for name in sorted(shortest_first(source.lists), key=lambda name: member_parts(name)[-1] != LABELS_LIST):
        try:
            table = parse_label_table(source.read(name))
        except ImageError as exc:
            raise ArchiveRefused(f"The list {name!r} cannot be read: {exc}") from exc
        if table:
            return name, table
    return None, None


def _flat_label(name: str) -> str | None:
    """Return `cat` of `cat.123.jpg`."""
    found = FLAT.fullmatch(name)
    return found["label"] if found else None
