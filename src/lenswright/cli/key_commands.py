"""Commands on keys, and on who changed what. Each returns the exit status.

Keys are made, listed and revoked in the store itself, so that there can be a first one.
"""

import argparse
from typing import Any

from lenswright.cli import access_tables
from lenswright.cli.arguments import count, in_home, number, paged
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.data_tables import page
from lenswright.cli.session import DONE, Session

ROLES = ("viewer", "labeller", "trainer", "admin")


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    keys = group.add("keys", "make, list and revoke API keys", list_keys, [])
    within: Any = keys.add_subparsers(required=True, metavar="create|list|revoke", prog="lenswright keys")
    _add_create(within)
    listed = within.add_parser("list", description="List every key that ever was.", parents=[in_home()])
    listed.set_defaults(act=list_keys)
    revoked = within.add_parser(
        "revoke",
        description="Let a key open nothing any more; running instances know within 3 s.",
        parents=[in_home()],
    )
    revoked.add_argument("key", type=count, metavar="ID")
    revoked.set_defaults(act=revoke)
    done = group.add("audit", "who changed what, when and from where", audit, [paged("entries")])
    done.add_argument("--by", metavar="TEXT", help="only those of whom this is a part of the name")
    done.add_argument("--action", metavar="TEXT", help="only actions with this in them, such as promote")
    done.add_argument("--since", metavar="TIME", help="only from this time on, as 2026-11-21 or with a time")


def create(session: Session) -> int:
    """Make a key; the key itself is all that goes to standard output."""
    from lenswright.cli.key_store import create as run  # SQLAlchemy, which no other command needs

    return run(session)


def list_keys(session: Session) -> int:
    """List the keys."""
    from lenswright.cli.key_store import list_all as run

    return run(session)


def revoke(session: Session) -> int:
    """Revoke a key."""
    from lenswright.cli.key_store import revoke as run

    return run(session)


def audit(session: Session) -> int:
    """List who changed what, newest first; the API is asked, as one of role admin may."""
    given = session.given
    wanted = {"by": given.by, "action": given.action, "since": given.since}
    found = session.api.get("/audit", page=given.page, page_size=given.limit, **wanted)
    session.answer(found, page(found, "entries", access_tables.entries))
    return DONE


def _add_create(within: Any) -> None:
    made: argparse.ArgumentParser = within.add_parser(
        "create",
        description="Make a key and print it: it is told once, and only its hash is kept.",
        parents=[in_home()],
    )
    made.add_argument("name", metavar="NAME", help="what the audit log will call it")
    made.add_argument("--role", choices=ROLES, required=True, help="each may do what those before it may")
    made.add_argument("--per-minute", type=count, metavar="N", help="its own limit of requests")
    made.add_argument("--expires", type=number, metavar="DAYS", help="default: never")
    made.set_defaults(act=create)
