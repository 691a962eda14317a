"""A database URL in, a database that refuses to be written out; nothing is made and nothing migrated."""

from pathlib import Path
from sqlite3 import connect
from urllib.parse import quote

from sqlalchemy import NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from lenswright.errors import NotFound, SettingsError
from lenswright.storage.database import Database, storage_failures
from lenswright.storage.migrate import HEAD, MIGRATIONS, revision

DAMAGES_TOLD = 3


def open_read_only(url: str) -> Database:
    """Return the database at `url`, for reading only. Raises SettingsError, NotFound, StorageFailure."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            engine = create_engine(parsed, pool_pre_ping=True)
            return Database(engine.execution_options(postgresql_readonly=True))
    except (ArgumentError, NoSuchModuleError, ImportError) as exc:
        raise SettingsError(f"LENSWRIGHT_DATABASE_URL: no database can be opened with it: {exc}.") from exc
    uri = _read_only(Path(parsed.database or ""))
    return Database(create_engine("sqlite://", creator=lambda: connect(uri, uri=True), poolclass=NullPool))


def _read_only(file: Path) -> str:
    """Return the URI of a SQLite file. Raises NotFound, StorageFailure."""
    with storage_failures():
        if not file.is_file():
            raise NotFound("file", str(file))
        in_use = file.with_name(f"{file.name}-wal").exists()
    # A reader makes the files of the write-ahead log where there are none, and leaves them behind.
    return f"file:{quote(str(file.resolve()))}?{'mode=ro' if in_use else 'mode=ro&immutable=1'}"


def state_of(database: Database) -> str:
    """Return `empty`, `current`, `older` or `newer`: what this code makes of it. Raises StorageFailure."""
    with storage_failures(), database.engine.connect() as connection:
        found = revision(connection)
    if found is None:
        return "empty"
    if found == HEAD:
        return "current"
    return "older" if any((MIGRATIONS / "versions").glob(f"{found}_*.py")) else "newer"


def damages(database: Database) -> list[str]:
    """Return the first damages that SQLite finds in its file; other databases look after themselves."""
    if database.engine.dialect.name != "sqlite":
        return []
    with storage_failures(), database.engine.connect() as connection:
        try:
            said = connection.exec_driver_sql(f"PRAGMA quick_check({DAMAGES_TOLD})").scalars().all()
        except DatabaseError as exc:  # so damaged that the check itself cannot go on
            return [str(exc.orig)]
    return [str(line) for line in said if line != "ok"]
