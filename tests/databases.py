"""A database of its own for each test: a SQLite file, or one made on the PostgreSQL server that is named.

`LENSWRIGHT_TEST_DATABASE_URL=postgresql+psycopg://user@host/postgres` names the server; the user must be
allowed to create databases.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

from lenswright.storage import access_tables, dataset_tables, tables  # noqa: F401 all add to the metadata
from lenswright.storage.base import Table
from lenswright.storage.database import open_database

VARIABLE = "LENSWRIGHT_TEST_DATABASE_URL"


class SqliteFiles:
    """Databases that are files; `template` is an empty one with all its tables."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        open_database(f"sqlite:///{self._template}").close()

    def close(self) -> None:
        """Do nothing: the files go with their folders."""

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        """Give the URL of a database with nothing in it, not even a table."""
        yield f"sqlite:///{folder / 'data' / 'lenswright.db'}"

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        """Give the URL of a database with empty tables."""
        file = folder / "data" / "lenswright.db"
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._template, file)
        yield f"sqlite:///{file}"


class PostgresServer:
    """Databases on a server. One with tables is emptied and used again, which is quicker than a new one.

    It is used again under another name: what a test left running must not find the next test's rows.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._made: set[str] = set()
        self._free: list[str] = []

    def close(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._engine.dispose()

    @contextmanager
    def empty(self, _folder: Path) -> Iterator[str]:
        """Give the URL of a database with nothing in it, not even a table."""
        yield self._at(self._make())

    @contextmanager
    def migrated(self, _folder: Path) -> Iterator[str]:
        """Give the URL of a database with empty tables."""
        name = self._free.pop() if self._free else self._make()
        open_database(self._at(name)).close()
        yield self._at(name)
        self._free.append(self._cleared(name))

    def _make(self) -> str:
        name = new_name()
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        self._made.add(name)
        return name

    def _cleared(self, used: str) -> str:
        self._run(f"ALTER DATABASE {used} ALLOW_CONNECTIONS false")
        self._run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{used}'")
        name = new_name()
        self._run(f"ALTER DATABASE {used} RENAME TO {name}")
        self._run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        self._made ^= {used, name}
        engine = create_engine(self._at(name), poolclass=NullPool)
        names = ", ".join(table.name for table in Table.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        return name

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def _at(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def new_name() -> str:
    return f"lenswright_test_{uuid.uuid4().hex}"


Databases = SqliteFiles | PostgresServer


def database_server(folder: Path) -> Databases:
    """Return where databases of this session are made; `folder` is for the files of SQLite."""
    url = os.environ.get(VARIABLE)
    return PostgresServer(url) if url else SqliteFiles(folder)
