"""Labels from a CSV beside photos: which file is what."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from lenswright.dataset.labels import normalise_source
from lenswright.dataset.zip_safety import member_parts
from lenswright.errors import ArchiveRefused, InputRefused

FILE_COLUMNS = ("file", "filename", "file_name", "image", "image_id", "image_path", "path", "id", "name")
LABEL_COLUMNS = ("label", "class", "class_name", "breed", "category")
SPLIT_COLUMNS = ("split", "set", "subset")
SOURCE_COLUMN = "source"  # as an export writes it
MOST_TOLD = 10  # contradictions, of which a list may have thousands
DELIMITERS = ",;\t|"
LABELS_FILE = "labels.csv"  # a CSV of this name must be a list of labels; another may be anything


@dataclass(frozen=True)
class Entry:
    """What a CSV says of one file."""

    label: str | None
    split: str | None
    source: str | None = None


class LabelTable:
    """Entries by file name; a name may lack its folders or its extension.

    `nameless`: the lines of the rows that say something, but not of which file.
    """

    def __init__(self, entries: dict[str, Entry], nameless: Sequence[int] = ()) -> None:
        self._entries, self.nameless = entries, nameless
        self._found: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, parts: Sequence[str]) -> Entry | None:
        """Return the entry of the file with these folders and name; the longest path counts first."""
        stem = parts[-1].rsplit(".", 1)[0]
        for start in range(len(parts)):
            folders = list(parts[start:-1])
            for name in (parts[-1], stem):
                key = "/".join([*folders, name])
                if key in self._entries:
                    self._found.add(key)
                    return self._entries[key]
        return None

    def missing(self) -> list[str]:
        """Return the files that were never looked for, in the order of the list."""
        return [name for name in self._entries if name not in self._found]


def parse_label_table(data: bytes) -> LabelTable | None:
    """Return the table of a CSV that names files and labels in its first line, else None.

    Raises ArchiveRefused for a CSV that cannot be read to its end, or has two labels for one file.
    """
    rows = _rows(data)
    columns = _columns(rows)
    file_at, label_at, split_at, source_at = (
        next((columns.index(name) for name in names if name in columns), None)
        for names in (FILE_COLUMNS, LABEL_COLUMNS, SPLIT_COLUMNS, (SOURCE_COLUMN,))
    )
    if file_at is None or label_at is None:
        return None
    entries: dict[str, Entry] = {}
    nameless: list[int] = []
    contradictions: list[str] = []
    for line, row in rows[1:]:
        if len(row) <= max(file_at, label_at) or not any(cell.strip() for cell in row):
            continue
        name = "/".join(member_parts(row[file_at].strip()))
        if not name:
            nameless.append(line)
            continue
        entry = Entry(_cell(row, label_at), _cell(row, split_at), _source(_cell(row, source_at)))
        contradictions += _contradiction(name, entries.setdefault(name, entry), entry)
    _check_none(contradictions)
    return LabelTable(entries, nameless)


def required_label_table(name: str, data: bytes) -> LabelTable:
    """Return the table of a CSV that must be one. Raises ArchiveRefused."""
    table = parse_label_table(data)
    if table is None:
        columns = ", ".join(map(ascii, _columns(_rows(data)))) or "none"
        raise ArchiveRefused(
            f"Expected a column of files ({', '.join(FILE_COLUMNS)}) and one of labels"
            f" ({', '.join(LABEL_COLUMNS)}) in {name!r}. Received the columns: {columns[:200]}."
        )
    return table


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, each with the number of the line that it ends on."""
    text = _text(data)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as exc:
        raise ArchiveRefused(f"The list of labels cannot be read: {exc}.") from exc


def _text(data: bytes) -> str:
    """Return the text of a CSV: with a BOM what that says, else UTF-8, else as Windows writes it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _columns(rows: Sequence[tuple[int, list[str]]]) -> list[str]:
    return [cell.strip().casefold() for cell in rows[0][1]] if rows else []


def _contradiction(name: str, first: Entry, second: Entry) -> list[str]:
    """Return what two rows say differently of one file, in words; nothing if they agree."""
    for one, other in ((first.label, second.label), (first.split, second.split)):
        if _folded(one) != _folded(other):
            return [f"{name!r} as {one!r} and as {other!r}"]
    return []


def _check_none(contradictions: Sequence[str]) -> None:
    if not contradictions:
        return
    total = len(contradictions)
    more = f"; and {total - MOST_TOLD:,} more" if total > MOST_TOLD else ""
    in_all = f" ({total:,} contradictions in all)" if total > 1 else ""
    raise ArchiveRefused(
        "Expected each file once, or always with the same label and split, in the list of labels."
        f" Received {'; '.join(contradictions[:MOST_TOLD])}{more}{in_all}."
    )


def _source(cell: str | None) -> str | None:
    """Return a source that can be one; another column may be called so, of long addresses."""
    try:
        return None if cell is None else normalise_source(cell)
    except InputRefused:
        return None


def _folded(cell: str | None) -> str:
    return " ".join((cell or "").split()).casefold()


def _cell(row: list[str], place: int | None) -> str | None:
    return row[place].strip() or None if place is not None and place < len(row) else None
