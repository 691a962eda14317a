"""Brings a database to the revision this code needs: once, also when two processes start at once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from lenswright.errors import StorageFailure

HEAD = "0007"  # the newest file in migrations/versions; a test compares
MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: Engine) -> None:
    """Create the tables or bring them up to date; nothing is locked if they are.

    Raises StorageFailure for a database of a newer lenswright.
    """
    if _is_ready(engine):
        return
    with _alone(engine):
        if engine.dialect.name == "sqlite":
            _use_write_ahead_log(engine)
        with engine.execution_options(writes=True).begin() as connection:
            if revision(connection) != HEAD:
                _upgrade(connection)


def _is_ready(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        return False
    with engine.connect() as connection:
        if (
            engine.dialect.name == "sqlite"
            and connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal"
        ):
            return False
        return revision(connection) == HEAD


def revision(connection: Connection) -> str | None:
    """Return the revision of a database, None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _use_write_ahead_log(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")  # kept in the file; not inside BEGIN
    finally:
        connection.close()


def _upgrade(connection: Connection) -> None:
    # Here, not above: most starts find a database that is up to date and need no Alembic (0.2 s).
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision(connection)
    if found is not None and found not in known:
        raise StorageFailure(
            f"Expected a database of revision {HEAD} or older. Received: revision {found}, made by a newer"
            " lenswright. Update lenswright, or give it another LENSWRIGHT_DATABASE_URL."
        )
    command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other starting processes out: SQLite cannot switch to WAL under two of them at once."""
    if engine.dialect.name != "sqlite":
        yield  # the writers' turn is enough there
        return
    database = Path(str(engine.url.database))
    with database.with_name(f"{database.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the system even after kill -9
        yield
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new file's name, too, survives a power cut
    finally:
        os.close(folder)
