"""Labels from a CSV inside a zip: which file is what."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from lenswright.dataset.zip_safety import member_parts
from lenswright.errors import ArchiveRefused

FILE_COLUMNS = ("file", "filename", "file_name", "image", "image_id", "image_path", "path", "id", "name")
LABEL_COLUMNS = ("label", "class", "class_name", "breed", "category")
SPLIT_COLUMNS = ("split", "set", "subset")
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Entry:
    """What a CSV says of one file."""

    label: str | None
    split: str | None


class LabelTable:
    """Entries by file name; a name may lack its folders or its extension."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, parts: Sequence[str]) -> Entry | None:
        """Return the entry of the file with these folders and name; the longest path counts first."""
        stem = parts[-1].rsplit(".", 1)[0]
        for start in range(len(parts)):
            folders = list(parts[start:-1])
            for name in (parts[-1], stem):
                entry = self._entries.get("/".join([*folders, name]))
                if entry is not None:
                    return entry
        return None


def parse_label_table(data: bytes) -> LabelTable | None:
    """Return the table of a CSV that names files and labels in its first line, else None.

    Raises ArchiveRefused for a CSV that cannot be read to its end.
    """
    text = data.decode("utf-8-sig", errors="replace")
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [row for row in reader if row]
    except csv.Error as exc:
        raise ArchiveRefused(f"The list of labels cannot be read: {exc}.") from exc
    columns = [cell.strip().casefold() for cell in rows[0]] if rows else []
    file_at, label_at, split_at = (
        next((columns.index(name) for name in names if name in columns), None)
        for names in (FILE_COLUMNS, LABEL_COLUMNS, SPLIT_COLUMNS)
    )
    if file_at is None or label_at is None:
        return None
    return LabelTable(
        {
            "/".join(member_parts(row[file_at].strip())): Entry(_cell(row, label_at), _cell(row, split_at))
            for row in rows[1:]
            if len(row) > max(file_at, label_at)
        }
    )


def _cell(row: list[str], place: int | None) -> str | None:
    return row[place].strip() or None if place is not None and place < len(row) else None
