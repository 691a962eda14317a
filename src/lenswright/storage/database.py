"""A database URL in, sessions out; no SQLAlchemy error leaves a session as anything but ours.

SQLite by default: WAL, synchronous=FULL (a commit is on disk), writers take their turn at BEGIN.
PostgreSQL by URL runs the same code: an advisory lock gives its writers the same turns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from lenswright.errors import SettingsError, StorageFailure
from lenswright.storage.migrate import migrate

BUSY_TIMEOUT_S = 10
WRITERS_TURN = 0x6C656E73  # any number that is ours: "lens"


class Database:
    """Sessions over one engine; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)
        self._jotter = engine.execution_options(writes=True, durable=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading; on SQLite it sees one state throughout. Raises StorageFailure."""
        with storage_failures(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Session]:
        """Give the only writing session of this moment; commit at the end, roll back on an error.

        What was committed is on disk; without `durable` it is at the next write that is, and nothing waits
        for the disk. Raises StorageFailure; IntegrityError passes through.
        """
        engine = self._writer if durable else self._jotter
        with storage_failures(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Return the database at `url`, made and migrated if needed.

    Raises SettingsError for a URL that names no database, StorageFailure when the database cannot
    be opened or is of a newer lenswright.
    """
    try:
        parsed = make_url(url)
        _make_folder(parsed)
        engine = _engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError) as exc:
        raise SettingsError(f"LENSWRIGHT_DATABASE_URL: no database can be opened with it: {exc}.") from exc
    try:
        with storage_failures():
            migrate(engine)
    except ProgrammingError as exc:
        engine.dispose()
        raise StorageFailure(f"The database refused its tables: {exc.orig}.") from exc
    except StorageFailure as exc:
        engine.dispose()
        named = parsed.render_as_string(hide_password=True)
        raise StorageFailure(f"The database {named} cannot be used, or not be written. {exc}") from exc
    except Exception:
        engine.dispose()
        raise
    return Database(engine)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn every refusal of the database or the disk into StorageFailure."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise  # a broken rule or a mistake of ours: the caller's business
    except DBAPIError as exc:
        raise StorageFailure(f"The database refused: {exc.orig}.") from exc
    except PoolTimeout as exc:
        raise StorageFailure("The database has no free connection.") from exc
    except OSError as exc:
        raise StorageFailure(f"The disk refused: {exc.strerror or exc}.") from exc


def _make_folder(url: URL) -> None:
    if url.get_backend_name() != "sqlite":
        return
    if not url.database or url.database == ":memory:":
        raise ArgumentError("expected sqlite:///<file>, as a database in memory would be lost")
    with storage_failures():
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=56)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, pool_size=8, max_overflow=56)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would hide BEGIN and commit before DDL: we do both
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes"):
        synchronous = "FULL" if options.get("durable", True) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")  # it cannot change inside BEGIN
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_TURN})")
    if not options.get("durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
