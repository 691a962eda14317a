"""What lies on the disk, read past the service, held against what was acknowledged."""

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.faults.clients import Book
from tests.models import TASK


class Evidence:
    """The database and the files of `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._known_good: set[Path] = set()  # a blob never changes: what was right once is not read again

    def holds(self, book: Book) -> None:
        """Fail unless all that `book` says is there, and nothing is half-written."""
        assert self._rows("PRAGMA integrity_check") == [("ok",)]
        assert self._rows("PRAGMA foreign_key_check") == []
        self._holds_photos(book)
        self._holds_promotions(book)
        self._holds_whole_files()
        runs = {run_id for (run_id,) in self._rows("SELECT id FROM runs")}
        assert set(book.runs) <= runs, f"lost runs: {set(book.runs) - runs}"
        assert self._rows("SELECT id FROM edits WHERE ended_at IS NULL") == []

    def active_runs(self) -> list[tuple[int, str, int | None]]:
        """Return (id, state, process) of the runs that have not ended."""
        return self._rows("SELECT id, state, pid FROM runs WHERE active_machine IS NOT NULL")

    def champion(self) -> str:
        return str(self._rows("SELECT version FROM champions WHERE task = ?", TASK)[0][0])

    def _holds_photos(self, book: Book) -> None:
        rows = {row[0]: row[1:] for row in self._rows("SELECT id, sha256, label, format FROM photos")}
        for photo, sha256 in book.uploads.items():
            assert photo in rows, f"the upload {photo} is lost"
            assert rows[photo][0] == sha256
        for photo, labels in book.labels.items():
            may_be = labels if photo in book.labelled else [None, *labels]
            assert rows[photo][1] in may_be, (photo, rows[photo], may_be)
        for sha256, _, _ in rows.values():
            assert [*(self._home / "uploads" / sha256[:2]).glob(f"{sha256}.*")], f"the file {sha256} is lost"

    def _holds_promotions(self, book: Book) -> None:
        history = iter(
            self._rows("SELECT version, previous FROM promotions WHERE task = ? ORDER BY id", TASK)
        )
        changes = [(version, previous) for version, previous in book.promotions if version != previous]
        lost = [change for change in changes if not _goes_on_to(history, change)]
        assert lost == [], f"promotions lost: {lost}"
        assert self.champion() in book.champions

    def _holds_whole_files(self) -> None:
        for file in (self._home / "uploads").rglob("*"):
            if file.is_dir() or file.parent.name == ".incoming" or file in self._known_good:
                continue
            assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem, f"{file} is half-written"
            self._known_good.add(file)

    def _rows(self, query: str, *values: Any) -> list[Any]:
        database = sqlite3.connect(
            f"file:{self._home / 'data' / 'lenswright.db'}?mode=ro", uri=True, timeout=20
        )
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()


def _goes_on_to(history: Iterable[Any], change: tuple[str, str]) -> bool:
    """Return whether the rest of `history` holds `change`, and stand behind it."""
    return any(row == change for row in history)
