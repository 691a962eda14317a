"""A database that is looked at is neither made nor changed, whether somebody writes to it or not."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from lenswright.errors import NotFound, SettingsError, StorageFailure
from lenswright.storage.database import open_database
from lenswright.storage.read_only import damages, open_read_only, state_of

INSERT = "INSERT INTO champions (task, version, since_at) VALUES ('cats', 'v1', 0)"


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_read_only(f"sqlite:///{tmp_path / 'data' / 'lenswright.db'}")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SettingsError, match="LENSWRIGHT_DATABASE_URL"):
        open_read_only("no url")


def test_it_is_read_beside_its_writer_and_leaves_no_file_behind(tmp_path: Path) -> None:
    file = tmp_path / "a b #.db"
    writer = open_database(f"sqlite:///{file}")
    with writer.writing() as session:
        session.execute(text(INSERT))
    for _ in ("with a writer", "alone"):
        database = open_read_only(f"sqlite:///{file}")
        assert state_of(database) == "current"
        assert damages(database) == []
        with database.reading() as session:
            assert session.execute(text("SELECT version FROM champions")).scalar() == "v1"
        with pytest.raises(StorageFailure, match="readonly"), database.reading() as session:
            session.execute(text("DELETE FROM champions"))
        database.close()
        writer.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a b #.db", "a b #.db.lock"]


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    file = tmp_path / "lenswright.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE t (a)")
    connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
    connection.commit()
    connection.close()
    data = bytearray(file.read_bytes())
    data[4096 * 3 + 8 : 4096 * 3 + 12] = b"\xff" * 4
    file.write_bytes(data)
    database = open_read_only(f"sqlite:///{file}")
    assert state_of(database) == "empty"
    assert damages(database)
    database.close()
