"""Databases on real files: made, migrated, shared, refused, and durable."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError

from lenswright.errors import SettingsError, StorageFailure
from lenswright.storage.base import Table
from lenswright.storage.database import Database, open_database
from lenswright.storage.migrate import HEAD, MIGRATIONS
from lenswright.storage.tables import ChampionRow, RunEventRow
from tests.databases import Databases


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.empty(tmp_path / "new folder 100%") as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def champion(task: str) -> ChampionRow:
    return ChampionRow(task=task, version="1", since_at=0.0)


def champions(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(ChampionRow.task)))


def test_a_fresh_database_has_the_tables_that_the_code_maps(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


@pytest.mark.sqlite_only("its pragmas")
def test_a_commit_is_on_disk_and_readers_never_wait_for_writers(database: Database) -> None:
    with database.reading() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "foreign_keys": 1}


def test_what_was_written_is_there_when_it_is_opened_again(url: str) -> None:
    first = open_database(url)
    with first.writing() as session:
        session.add(champion("cats"))
    first.close()
    second = open_database(url)
    assert champions(second) == ["cats"]
    second.close()


def test_an_error_inside_a_writing_block_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            session.add(champion("cats"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert champions(database) == []


def test_a_broken_rule_passes_as_an_integrity_error(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(RunEventRow(run_id=404, at=0.0, kind="log", payload="{}"))


def test_threads_that_write_at_once_take_turns(database: Database) -> None:
    def add_ten(name: str) -> None:
        for number in range(10):
            with database.writing() as session:
                known = len(session.scalars(select(ChampionRow.task)).all())
                session.add(ChampionRow(task=f"{name}-{number}", version=str(known), since_at=0.0))

    threads = [threading.Thread(target=add_ten, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        counted = sorted(int(version) for version in session.scalars(select(ChampionRow.version)))
    assert counted == list(range(40))  # each saw all that were committed before it


def test_processes_that_open_a_fresh_database_at_once_all_succeed(url: str) -> None:
    code = (
        "import sys, time, alembic.command\n"
        "from lenswright.storage.database import open_database\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "open_database(sys.argv[1]).close()\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)
    assert [child.returncode for child in children] == [0, 0, 0, 0]


def test_a_commit_survives_kill_9_at_once(url: str) -> None:
    code = (
        "import sys, time\n"
        "from lenswright.storage.database import open_database\n"
        "from lenswright.storage.tables import ChampionRow\n"
        "with open_database(sys.argv[1]).writing() as session:\n"
        "    session.add(ChampionRow(task='cats', version='1', since_at=0.0))\n"
        "print('committed', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "committed\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    database = open_database(url)
    assert champions(database) == ["cats"]
    database.close()


def test_a_start_that_was_killed_while_it_made_the_tables_is_made_good(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "half.db").close()  # the file, and nothing in it
    (tmp_path / "half.db.lock").touch()
    database = open_database(f"sqlite:///{tmp_path / 'half.db'}")
    assert champions(database) == []
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    database = open_database(url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.add(champion("cats"))
    with pytest.raises(StorageFailure, match=f"revision {HEAD} or older. Received: revision 9999.*newer"):
        open_database(url)
    assert champions(database) == ["cats"]
    database.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"These are my notes, and no database at all. " * 40)
    with pytest.raises(StorageFailure, match="not a database"):
        open_database(f"sqlite:///{tmp_path / 'notes.db'}")


def test_a_database_of_somebody_else_is_refused(databases: Databases, tmp_path: Path) -> None:
    with databases.empty(tmp_path) as url:
        (tmp_path / "data").mkdir()
        other = create_engine(url)
        with other.begin() as connection:
            connection.execute(text("CREATE TABLE photos (album TEXT)"))
        other.dispose()
        with pytest.raises(StorageFailure, match=r'photos"? already exists'):
            open_database(url)


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "nodialect://host/db"])
def test_a_url_that_names_no_database_names_its_variable(url: str) -> None:
    with pytest.raises(SettingsError, match="LENSWRIGHT_DATABASE_URL"):
        open_database(url)


def test_a_folder_that_cannot_be_made_is_a_storage_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailure, match=r"The disk refused: .+"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'data' / 'x.db'}")


@pytest.mark.sqlite_only("a writer waits for PostgreSQL as long as it takes")
def test_a_database_that_is_locked_too_long_is_a_storage_failure(database: Database) -> None:
    holder = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with database.reading() as session:  # the pool hands the same connection out again
        session.execute(text("PRAGMA busy_timeout = 50"))
    started = time.monotonic()
    with pytest.raises(StorageFailure, match="refused: database is locked"), database.writing() as session:
        session.add(champion("cats"))
    assert time.monotonic() - started < 5
    holder.close()


@pytest.mark.sqlite_only("a server's disk cannot be made small here")
def test_a_full_disk_is_a_storage_failure_and_what_was_there_stays(database: Database) -> None:
    with database.writing() as session:
        session.add(champion("cats"))
    with database.reading() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageFailure, match="database or disk is full"), database.writing() as session:
        session.add_all(champion(f"{number:099}") for number in range(5_000))
    assert champions(database) == ["cats"]


@pytest.mark.sqlite_only("PRAGMA")
def test_only_what_need_not_last_is_written_without_waiting_for_the_disk(database: Database) -> None:
    normal, full = 1, 2
    for durable, level in ((False, normal), (True, full), (False, normal), (True, full)):
        with database.writing(durable=durable) as session:
            assert session.execute(text("PRAGMA synchronous")).scalar() == level
            session.merge(champion(f"durable: {durable}"))
    assert champions(database) == ["durable: False", "durable: True"]
