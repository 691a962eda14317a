"""Commands on what a check of the data found. Each returns the exit status."""

from lenswright.cli import data_tables
from lenswright.cli.arguments import common, paged, wished, wishes
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.data_tables import Table
from lenswright.cli.run_outcome import start
from lenswright.cli.session import DONE, Session

NEVER = "The data was never checked; do it: lenswright check"


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    group.add("check", "look for wrong labels and near-duplicates", check, [wished()])
    group.add("suggestions", "list labels that may be wrong", suggestions, [paged("suggestions")])
    alike = group.add("duplicates", "list groups of near-duplicates", duplicates, [paged("groups")])
    alike.add_argument("--conflicting", action="store_true", help="only those with several labels")
    group.add("conflicts", "list photos that came with two labels", conflicts, [paged("conflicts")])
    group.add("advice", "say which photos would help most", advice, [common()])


def check(session: Session) -> int:
    """Check the data, as a run."""
    return start(session, "/dataset/check", wishes(session.given))


def suggestions(session: Session) -> int:
    """List the labels that the last check doubts, the most doubtful first."""
    return _list(session, "suggestions", data_tables.suggestions, hint=NEVER)


def duplicates(session: Session) -> int:
    """List groups of photos that look alike."""
    only = {"conflicting": "true"} if session.given.conflicting else {}
    return _list(session, "duplicates", data_tables.groups, noun="groups", **only)


def conflicts(session: Session) -> int:
    """List photos of which a copy came with another label."""
    return _list(session, "conflicts", data_tables.conflicts)


def advice(session: Session) -> int:
    """Say what the last check advises."""
    said = session.ask("/dataset/advice")
    session.answer(said, data_tables.advice(said))
    return DONE


def _list(session: Session, name: str, table: Table, *, noun: str = "", hint: str = "", **more: str) -> int:
    """List; `hint` is said where there was no check yet."""
    given = session.given
    found = session.ask(f"/dataset/{name}", page=given.page, page_size=given.limit, **more)
    session.answer(found, data_tables.page(found, noun or name, table))
    if hint and found.get("checked_at") is None:
        session.warn(hint)
    return DONE
