"""What a folder or a zip on this machine says of its photos, read as it is asked to be, or as it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast, get_args

from lenswright.dataset.importers import missing_files
from lenswright.dataset.label_table import LABELS_FILE, LabelTable, parse_label_table, required_label_table
from lenswright.dataset.layout import Layout, Placement, decide, place_all
from lenswright.dataset.photo_source import PhotoSource, shortest_first
from lenswright.dataset.upload import Upload
from lenswright.dataset.zip_safety import member_parts
from lenswright.errors import ArchiveRefused, ImageError, InputRefused

AUTO = "auto"
LAYOUTS: tuple[str, ...] = get_args(Layout)


@dataclass(frozen=True)
class Plan:
    """`placements` are those of the source's names, in their order.

    `list_name` is the CSV that is read, `missing` the refusals of files that it names in vain.
    """

    layout: Layout
    placements: Sequence[Placement]
    list_name: str | None = None
    missing: Sequence[Upload] = ()


def plan(source: PhotoSource, wanted: str) -> Plan:
    """Return what `source` says of its photos, read as `wanted`: `auto`, or one of LAYOUTS.

    Raises InputRefused for a layout it has not, ArchiveRefused for a list that cannot be read.
    """
    if wanted not in (AUTO, *LAYOUTS):
        raise InputRefused(f"Expected a layout of {AUTO}, {', '.join(LAYOUTS)}. Received: {wanted!r}.")
    paths = [member_parts(name) for name in source.names]
    list_name, table = _label_table(source) if wanted in (AUTO, "csv") else (None, None)
    if wanted == "csv" and table is None:
        raise InputRefused(
            f"Expected a CSV with a column of files and one of labels. Received: {len(source.lists)} CSVs,"
            " none of which has them."
        )
    layout = decide(paths, table) if wanted == AUTO else cast(Layout, wanted)
    if layout == "none":
        return Plan(layout, [Placement(None, None)] * len(paths))
    if layout != "csv" or table is None:
        return Plan(layout, place_all(paths, None, layout))
    placements = place_all(paths, table, layout)
    return Plan(layout, placements, list_name, list(missing_files(table, str(list_name))))


def _label_table(source: PhotoSource) -> tuple[str | None, LabelTable | None]:
    """Return the first list that names files and labels, those nearest to the top first.

    One called `labels.csv` is looked at before all others, and must name them.
    """
    for name in sorted(shortest_first(source.lists), key=lambda name: not _is_labels_file(name)):
        read = partial(required_label_table, name) if _is_labels_file(name) else parse_label_table
        try:
            table = read(source.read(name))
        except (ImageError, ArchiveRefused) as exc:
            raise ArchiveRefused(f"{name!r}: {exc} Another layout than auto or csv leaves it alone.") from exc
        if table is not None:
            return name, table
    return None, None


def _is_labels_file(name: str) -> bool:
    return member_parts(name)[-1].casefold() == LABELS_FILE
