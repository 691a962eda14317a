"""Whether the database opens, is of this version and whole; it is read, never migrated."""

from sqlalchemy import make_url

from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.errors import LenswrightError, NotFound
from lenswright.registry.promotion import Promotion
from lenswright.storage.database import Database
from lenswright.storage.read_only import damages, open_read_only, state_of

RESTORE = "Restore data/ from a back-up, or keep what can be read: sqlite3 FILE .recover"
SERVER = "Check LENSWRIGHT_DATABASE_URL, and that the server runs."
STATES = {
    "current": ok("migrations", "up to date"),
    "empty": warning("migrations", "there are no tables yet", "Nothing to do: the next start makes them."),
    "older": warning(
        "migrations",
        "of an older lenswright: it will be migrated at the next start",
        "Back it up before that.",
    ),
    "newer": problem(
        "migrations",
        "made by a newer lenswright, which this one refuses",
        "Update lenswright, or give it another LENSWRIGHT_DATABASE_URL.",
    ),
}


def check_database(url: str) -> tuple[list[Finding], dict[str, str]]:
    """Return what was found, and the champion of every task."""
    try:
        database = open_read_only(url)
    except NotFound as exc:
        advice = "Nothing to do if lenswright never ran here; else check LENSWRIGHT_HOME."
        return [warning("database", str(exc), advice)], {}
    except LenswrightError as exc:
        return [problem("database", str(exc), "Check LENSWRIGHT_DATABASE_URL.")], {}
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        return _examine(database, shown)
    except LenswrightError as exc:
        advice = RESTORE if shown.startswith("sqlite") else SERVER
        return [problem("database", f"{shown}: {exc}", advice)], {}
    finally:
        database.close()


def _examine(database: Database, shown: str) -> tuple[list[Finding], dict[str, str]]:
    """Raises StorageFailure where the database refuses to be read."""
    state, damaged = state_of(database), damages(database)
    findings = [ok("database", f"{shown} can be read"), STATES[state]]
    if damaged:
        findings.append(problem("integrity", "; ".join(damaged), RESTORE))
    elif database.engine.dialect.name == "sqlite":
        findings.append(ok("integrity", "quick_check finds no damage"))
    return findings, {} if state in ("empty", "newer") else Promotion(database).champions()
