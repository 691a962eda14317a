"""Commands on whole data sets: frozen ones, fused ones, exported ones. Each returns the exit status."""

import argparse
from pathlib import Path

from lenswright.cli import data_tables
from lenswright.cli.arguments import common, count, paged
from lenswright.cli.client import LONG_TIMEOUT_S, Json
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.exported import save
from lenswright.cli.session import DONE, Session

Mapping = tuple[str, str, str | None]  # a task, a label of it, and what it becomes


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    listed = group.add("snapshots", "list the data sets that runs saw", snapshots, [paged("snapshots")])
    listed.add_argument("snapshot", type=count, nargs="?", metavar="ID", help="list the photos of this one")
    _add_fuse(group)
    exported = group.add("export-data", "write photos and labels to a zip or a folder", export, [common()])
    exported.add_argument("--to", type=Path, required=True, metavar="FILE.zip|FOLDER", help="what is made")


def snapshots(session: Session) -> int:
    """List the frozen data sets, or the photos of one."""
    given = session.given
    paging = {"page": given.page, "page_size": given.limit}
    if given.snapshot is None:
        found = session.ask("/dataset/snapshots", **paging)
        session.answer(found, data_tables.page(found, "snapshots", data_tables.snapshots))
    else:
        found = session.ask(f"/dataset/snapshots/{given.snapshot}", **paging)
        session.answer(found, data_tables.snapshot(found))
    return DONE


def fuse(session: Session) -> int:
    """Build a task from photos of others."""
    given = session.given
    body = {"task": given.new_task, "sources": sources(given.mappings)}
    chosen = {"hold_out": given.hold_out, "seed": given.seed}
    body |= {name: value for name, value in chosen.items() if value is not None}
    done = session.api.post("/dataset/fuse", body, timeout=LONG_TIMEOUT_S)
    session.answer(done, data_tables.fused(done))
    return DONE


def export(session: Session) -> int:
    """Write every photo of the task, and what is known of it, to a zip or into a folder."""
    to = session.given.to
    with session.api.stream("/dataset/export", task=session.given.task) as pieces:
        written = save(pieces, to)
    session.answer(
        {"to": str(to), "files": written.files, "bytes": written.size_bytes},
        f"{written.files:,} files ({written.size_bytes / 1e6:,.1f} MB) written to {to}.",
    )
    return DONE


def mappings(text: str) -> list[Mapping]:
    """Return (task, label, new label) of each mapping in `dog-breeds:*=dog,wolf=`.

    Nothing after `=` leaves those photos out. A single mapping may have commas in its labels.
    """
    task, colon, rest = text.partition(":")
    parts = rest.split(",")
    if sum("=" in part for part in parts) == 1:
        parts = [rest]
    found: list[Mapping] = []
    for part in parts:
        label, equals, becomes = (piece.strip() for piece in part.partition("="))
        if not (task and colon and label and equals):
            raise argparse.ArgumentTypeError(
                "Expected TASK:LABEL=NEW or TASK:LABEL=NEW,LABEL=NEW, a label with a comma in a --from of its"
                f" own. Received: {text!r}."
            )
        found.append((task, label, becomes or None))
    return found


def sources(wanted: list[Mapping]) -> list[Json]:
    """Return the sources of a fusion, each task once."""
    by_task: dict[str, dict[str, str | None]] = {}
    for task, label, becomes in wanted:
        by_task.setdefault(task, {})[label] = becomes
    return [{"task": task, "map": labels} for task, labels in by_task.items()]


def _add_fuse(group: CommandGroup) -> None:
    adding = group.add("fuse", "build a task from photos of others", fuse, [common()])
    adding.add_argument("new_task", metavar="TASK", help="the task that is built, or added to")
    adding.add_argument(
        "--from",
        dest="mappings",
        action="extend",
        type=mappings,
        required=True,
        metavar="TASK:LABEL=NEW,...",
        help="photos of that task and label (*: any other) become NEW, are left out if it is empty;"
        " repeat it for another task, or for a label with a comma in it",
    )
    adding.add_argument(
        "--hold-out",
        type=float,
        metavar="SHARE",
        help="share of labels held out for the test (default: as before)",
    )
    adding.add_argument("--seed", type=int, help="chooses what is held out (default: as before)")
